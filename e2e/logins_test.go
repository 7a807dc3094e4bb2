//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// hostConfig is a configuration of one group of Linux hosts behind one sshd.
type hostConfig struct {
	server      server
	credential  string // the last line of the credential "host"
	devices     int
	concurrency int
	interval    string
}

func (c hostConfig) write(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, `
poll: {interval: %s, timeout: 20s, concurrency: %d}
credentials:
  host: {username: %s, %s}
ssh: {known_hosts: [%s]}
groups:
  - name: hosts
    platform: linux
    credentials: host
    devices:
`, c.interval, c.concurrency, host, c.credential, c.server.knownHosts)
	for n := range c.devices {
		fmt.Fprintf(&text, "      - {name: host-%d, address: %q}\n", n, c.server.address)
	}
	return writeFile(t, filepath.Join(t.TempDir(), "config.yml"), "%s", text.String())
}

// up is the lines of /metrics that say that every device is up.
func (c hostConfig) up() (lines []string) {
	for n := range c.devices {
		lines = append(lines, fmt.Sprintf(`netver_device_up{device="host-%d"} 1`, n))
	}
	return lines
}

func byPassword(t *testing.T, s server) string {
	t.Helper()
	return fmt.Sprintf("password: {file: %s}", writeFile(t, filepath.Join(t.TempDir(), "password"), "%s\n", s.password))
}

func byKey(s server) string { return fmt.Sprintf("private_key: {file: %s}", s.key) }

// TestKeyboardInteractive logs in where PAM asks for the password, and nothing else is offered.
func TestKeyboardInteractive(t *testing.T) {
	server := startSSHD(t, "AuthenticationMethods keyboard-interactive")
	c := hostConfig{server: server, credential: byPassword(t, server), devices: 3, concurrency: 4, interval: "1m"}
	if out := run(t, binary, "poll", "--all", "--config.file="+c.write(t)); strings.Count(out, "linux") < c.devices {
		t.Errorf("poll --all says\n%s", out)
	}
	if n := strings.Count(server.out.String(), "Accepted keyboard-interactive/pam for "+host); n != c.devices {
		t.Errorf("sshd accepted %d logins by keyboard-interactive, want %d", n, c.devices)
	}
}

// TestPasswordChanged changes the password of the accounts while every device is up, and back again.
func TestPasswordChanged(t *testing.T) {
	server := startSSHD(t)
	c := hostConfig{server: server, credential: byPassword(t, server), devices: 12, concurrency: 4, interval: "4s"}
	e := startExporter(t, "--config.file="+c.write(t))
	e.awaits(t, c.up()...)
	if n := server.refused(); n != 0 {
		t.Fatalf("%d refused attempts with the right password", n)
	}

	setPassword(t, "not "+server.password)
	e.awaits(t, `netver_credential_paused{credential="host"} 1`)
	if n := server.refused(); n < 1 || n > c.concurrency+2 {
		t.Errorf("%d refused attempts until the pause, want 1 to %d: those in flight, and 2", n, c.concurrency+2)
	}
	setPassword(t, server.password)
	e.awaits(t, append(c.up(), `netver_credential_paused{credential="host"} 0`)...)
}

// TestOneSession polls servers that allow a connection one session at a time, and forget one a little after it has ended.
func TestOneSession(t *testing.T) {
	server := startSSHD(t, "MaxSessions 1")
	c := hostConfig{server: server, credential: byKey(server), devices: 8, concurrency: 8, interval: "1s"}
	e := startExporter(t, "--config.file="+c.write(t))
	e.awaits(t, c.up()...)
	hundred := regexp.MustCompile(`(?m)^netver_polls_total \d{3,}$`)
	e.waitFor(t, "a hundred polls", func() error {
		if !hundred.MatchString(e.metrics(t)) {
			return errors.New("not yet")
		}
		return nil
	})
	for line := range strings.Lines(e.metrics(t)) {
		if strings.HasPrefix(line, "netver_poll_failures_total{") && !strings.HasSuffix(line, " 0\n") {
			t.Error(line)
		}
	}
}

// TestMaxStartups has sshd drop a connection because another one is about to log in. The poll gets through when it tries again.
func TestMaxStartups(t *testing.T) {
	server := startSSHD(t, "MaxStartups 1:100:1")
	c := hostConfig{server: server, credential: byKey(server), devices: 1, concurrency: 1, interval: "1m"}
	dropped := strings.Count(server.out.String(), "past MaxStartups")
	conn, err := net.Dial("tcp", server.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err != nil { // sshd has taken it
		t.Fatal(err)
	}
	e := startExporter(t, "--config.file="+c.write(t))
	server.waitFor(t, "a dropped connection", func() error {
		if strings.Count(server.out.String(), "past MaxStartups") == dropped {
			return errors.New("sshd says of none")
		}
		return nil
	})
	conn.Close()
	e.awaits(t, append(c.up(), `netver_device_poll_failures_total{device="host-0"} 0`)...)
}
