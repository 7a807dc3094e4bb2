//go:build e2e

package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dropbear is Dropbear in front of this machine, at several addresses. It closes the connection after one refused
// password, without a refusal and without a further question.
type dropbear struct {
	*process
	addresses  []string
	knownHosts string // path
	password   string // that both accounts take, for the length of the test
}

func startDropbear(t *testing.T, addresses int) dropbear {
	t.Helper()
	const daemon = "/usr/sbin/dropbear"
	if _, err := exec.LookPath(daemon); err != nil {
		t.Fatalf("Dropbear is not installed; run make packages: %v", err)
	}
	dir := t.TempDir()
	key := filepath.Join(dir, "host_key")
	run(t, "dropbearkey", "-t", "ed25519", "-f", key)
	public := regexp.MustCompile(`ssh-ed25519 \S+`).FindString(run(t, "dropbearkey", "-y", "-f", key))

	d := dropbear{knownHosts: writeFile(t, filepath.Join(dir, "known_hosts"), "[127.9.8.*]:* %s\n", public), password: givePasswords(t)}
	args := []string{"-F", "-E", "-m", "-r", key, "-P", filepath.Join(dir, "pid"), "-T", "1"}
	for n := range addresses {
		address := freeAddress(t, fmt.Sprintf("127.9.8.%d", n+1))
		d.addresses = append(d.addresses, address)
		args = append(args, "-p", address)
	}
	d.process = start(t, daemon, args...)
	for _, address := range d.addresses {
		d.listening(t, "tcp", address)
	}
	return d
}

func (d dropbear) refused() int { return strings.Count(d.out.String(), "Bad password attempt for ") }

const dropbearConfig = `
poll: {interval: 8s, timeout: 7s}
credentials:
  host: {username: %s, password: {file: %s}}
ssh: {known_hosts: [%s]}
groups:
  - name: hosts
    platform: linux
    credentials: host
    devices:
`

// TestDropbear starts with a wrong password. It costs at most four attempts on all servers together, although none of
// them says that it refused; with the right password every device is up.
func TestDropbear(t *testing.T) {
	server := startDropbear(t, 8)
	dir := t.TempDir()
	password := writeFile(t, filepath.Join(dir, "password"), "%s\n", "not "+server.password)
	config := fmt.Sprintf(dropbearConfig, host, password, server.knownHosts)
	var up []string
	for n, address := range server.addresses {
		config += fmt.Sprintf("      - {name: host-%d, address: %q}\n", n, address)
		up = append(up, fmt.Sprintf(`netver_device_up{device="host-%d"} 1`, n))
	}
	e := startExporter(t, "--config.file="+writeFile(t, filepath.Join(dir, "config.yml"), "%s", config))

	e.awaits(t, `netver_credential_paused{credential="host"} 1`)
	if n := server.refused(); n < 1 || n > 4 {
		t.Errorf("%d refused attempts until the pause, want 1 to 4", n)
	}
	refused := 0
	for line := range strings.Lines(e.metrics(t)) {
		if strings.HasPrefix(line, "netver_device_failure_reason{") {
			switch {
			case strings.Contains(line, `reason="auth"`):
				refused++
			case !strings.Contains(line, `reason="paused"`):
				t.Error(line)
			}
		}
	}
	if refused == 0 {
		t.Error("no device has the reason auth")
	}

	writeFile(t, password, "%s\n", server.password)
	e.reload(t)
	e.awaits(t, append(up, `netver_credential_paused{credential="host"} 0`)...)
}
