//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The accounts that scripts/make-accounts.sh makes.
const (
	router = "netver-router" // its login shell is vtysh
	host   = "netver-host"   // its login shell is bash
)

// server is OpenSSH in front of this machine, with a host key and a configuration of its own.
type server struct {
	*process
	address    string
	slow       string // address at which the shell takes three seconds to start, as behind a busy AAA server
	knownHosts string // path
	key        string // path of a private key that both accounts take
	password   string // that both accounts take, for the length of the test
}

// startSSHD runs sshd. The settings are further lines of its configuration.
func startSSHD(t *testing.T, settings ...string) server {
	t.Helper()
	const daemon = "/usr/sbin/sshd"
	if _, err := exec.LookPath(daemon); err != nil {
		t.Fatalf("OpenSSH is not installed; run make packages: %v", err)
	}
	if os.Geteuid() != 0 {
		t.Fatal("sshd needs root to log in the accounts of the test; run this test as root")
	}
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where sshd shuts in what has not logged in yet
		t.Fatal(err)
	}
	dir := t.TempDir()
	hostKey, clientKey := filepath.Join(dir, "host_key"), filepath.Join(dir, "client_key")
	for _, path := range []string{hostKey, clientKey} {
		run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path)
	}
	witness.Give(readFile(t, clientKey))
	authorized := strings.TrimSpace(readFile(t, clientKey+".pub"))
	address := freeAddress(t, "127.9.7.33")
	ip, port, _ := net.SplitHostPort(address)
	const slowIP = "127.9.7.34"
	slow := net.JoinHostPort(slowIP, port)
	config := writeFile(t, filepath.Join(dir, "sshd_config"), `
LogLevel VERBOSE
ListenAddress %s
ListenAddress %s
HostKey %s
PidFile none
AuthorizedKeysCommand /bin/echo %s
AuthorizedKeysCommandUser nobody
AuthorizedKeysFile none
AllowUsers %s %s
UsePAM yes
PrintMotd no
MaxStartups 100:30:200
%s
Match LocalAddress %s
	ForceCommand sleep 3; exec "$SHELL" -l
`, address, slow, hostKey, authorized, router, host, strings.Join(settings, "\n"), slowIP)
	sshd := start(t, daemon, "-D", "-e", "-f", config)
	sshd.listening(t, "tcp", address)
	return server{
		process:    sshd,
		address:    address,
		slow:       slow,
		knownHosts: writeFile(t, filepath.Join(dir, "known_hosts"), "[%s]:%s,[%s]:%[2]s %[4]s", ip, port, slowIP, readFile(t, hostKey+".pub")),
		key:        clientKey,
		password:   givePasswords(t),
	}
}

// refused is how many attempts to log in the server has refused.
func (s server) refused() int { return len(refusedBySSHD.FindAllString(s.out.String(), -1)) }

var refusedBySSHD = regexp.MustCompile(`(?m)^Failed (?:password|keyboard-interactive/pam) for `)

// givePasswords lets both accounts log in with a password that nobody has seen before, until the test ends.
func givePasswords(t *testing.T) string {
	t.Helper()
	password := rand.Text()
	setPassword(t, password)
	t.Cleanup(func() {
		for _, account := range []string{router, host} {
			run(t, "usermod", "--lock", account)
		}
	})
	return password
}

// setPassword gives both accounts a password.
func setPassword(t *testing.T, password string) {
	t.Helper()
	witness.Give(password)
	runWith(t, fmt.Sprintf("%s:%s\n%s:%s\n", router, password, host, password), "chpasswd")
}
