//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// bastion is OpenSSH as a jump host. It takes the account host with a key.
type bastion struct {
	*process
	address   string
	key       string // path of the private key that it takes
	publicKey string // its host key, as a known_hosts line has it behind the names
}

// startBastion runs sshd on an address of its own. The settings are further lines of its configuration.
func startBastion(t *testing.T, ip string, settings ...string) *bastion {
	t.Helper()
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where sshd shuts in what has not logged in yet
		t.Fatal(err)
	}
	dir := t.TempDir()
	hostKey, clientKey := filepath.Join(dir, "host_key"), filepath.Join(dir, "client_key")
	for _, path := range []string{hostKey, clientKey} {
		run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path)
	}
	b := &bastion{address: freeAddress(t, ip), key: clientKey, publicKey: strings.TrimSpace(readFile(t, hostKey+".pub"))}
	config := writeFile(t, filepath.Join(dir, "sshd_config"), `
LogLevel VERBOSE
ListenAddress %s
HostKey %s
PidFile none
AuthorizedKeysCommand /bin/echo %s
AuthorizedKeysCommandUser nobody
AuthorizedKeysFile none
AllowUsers %s
UsePAM yes
PrintMotd no
%s
`, b.address, hostKey, strings.TrimSpace(readFile(t, clientKey+".pub")), host, strings.Join(settings, "\n"))
	b.start(t, "-D", "-e", "-f", config)
	return b
}

func (b *bastion) start(t *testing.T, args ...string) {
	t.Helper()
	b.process = start(t, "/usr/sbin/sshd", args...)
	t.Cleanup(func() { b.kill(t) }) // its connections would outlive it
	b.listening(t, "tcp", b.address)
}

// knownHost is the bastion's line of a known_hosts file.
func (b *bastion) knownHost() string {
	ip, port, _ := net.SplitHostPort(b.address)
	return fmt.Sprintf("[%s]:%s %s\n", ip, port, b.publicKey)
}

// logins is how many there were.
func (b *bastion) logins() int { return strings.Count(b.out.String(), "Accepted publickey for "+host) }

// kill ends the server and all of its connections at once.
func (b *bastion) kill(t *testing.T) {
	t.Helper()
	select {
	case <-b.done:
	default:
		killTree(t, b.cmd.Process.Pid)
		<-b.done
	}
}

// restart starts the server that was killed once more.
func (b *bastion) restart(t *testing.T) {
	t.Helper()
	b.start(t, b.cmd.Args[1:]...)
}

// killTree kills a process and all that it has started. It is stopped first, so that it starts no more.
func killTree(t *testing.T, pid int) {
	t.Helper()
	_ = syscall.Kill(pid, syscall.SIGSTOP)
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil { // it has ended
			continue
		}
		_, fields, _ := strings.Cut(string(text), ") ") // after the name: state, parent
		if strings.Fields(fields)[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			killTree(t, child)
		}
	}
	_ = syscall.Kill(pid, syscall.SIGKILL)
}
