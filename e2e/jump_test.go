//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// behind is a configuration of simulated devices behind jump hosts, each reached through the one before it.
type behind struct {
	fleet       *lab.Fleet
	hops        []*bastion
	maxSessions int
	interval    string
	knownHosts  string // path
}

func newBehind(t *testing.T, devices int, hops ...*bastion) *behind {
	t.Helper()
	b := &behind{fleet: startDevices(t, devices), hops: hops, interval: "1h"}
	known := string(b.fleet.KnownHosts())
	for _, hop := range hops {
		known += hop.knownHost()
	}
	b.knownHosts = writeFile(t, filepath.Join(t.TempDir(), "known_hosts"), "%s", known)
	return b
}

// startDevices makes simulated devices that are asked in an exec channel.
func startDevices(t *testing.T, n int) *lab.Fleet {
	t.Helper()
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	platform, _ := platforms.Get("arista_eos")
	var devices []*lab.Device
	for _, s := range samples {
		for s.Platform == platform.ID && len(devices) < n {
			devices = append(devices, &lab.Device{Name: fmt.Sprintf("sw-%d", len(devices)), Platform: platform, Sample: s})
		}
	}
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	return fleet
}

func (b *behind) write(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "poll: {interval: %s, timeout: 30s, concurrency: 16}\nssh: {known_hosts: [%s]}\ncredentials:\n  lab: {username: %s, password: %s}\n",
		b.interval, b.knownHosts, lab.Username, lab.Password)
	for i, hop := range b.hops {
		fmt.Fprintf(&text, "  hop%d: {username: %s, private_key: {file: %s}}\n", i+1, host, hop.key)
	}
	text.WriteString("jump_hosts:\n")
	before := `""`
	for i, hop := range b.hops {
		fmt.Fprintf(&text, "  bastion%[1]d: {address: %[2]q, credentials: hop%[1]d, max_sessions: %[3]d, jump: %[4]s}\n", i+1, hop.address, b.maxSessions, before)
		before = fmt.Sprintf("bastion%d", i+1)
	}
	fmt.Fprintf(&text, "groups:\n  - name: behind\n    platform: arista_eos\n    credentials: lab\n    jump: %s\n    devices:\n", before)
	for _, d := range b.fleet.Devices() {
		fmt.Fprintf(&text, "      - {name: %s, address: %q}\n", d.Name, d.Addr())
	}
	return writeFile(t, filepath.Join(t.TempDir(), "config.yml"), "%s", text.String())
}

// poll polls all devices once and returns the table, and how many devices are up.
func (b *behind) poll(t *testing.T) (table string, up int) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), binary, "poll", "--all", "--config.file="+b.write(t)).Output()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return string(out), len(deviceUp.FindAllString(string(out), -1))
}

var deviceUp = regexp.MustCompile(`(?m)^sw-\d+ +up `)

// TestBastion polls fifty devices behind an sshd with MaxSessions 2. With max_sessions: 2 there are no more connections at
// once; without it there are more, since OpenSSH counts shells only.
func TestBastion(t *testing.T) {
	hop := startBastion(t, "127.9.7.41", "MaxSessions 2")
	for _, most := range []int{2, 0} {
		b := newBehind(t, 50, hop)
		b.maxSessions = most
		before := hop.logins()
		if out, up := b.poll(t); up != 50 {
			t.Errorf("max_sessions %d: %d of 50 devices are up:\n%s", most, up, out)
		}
		if n := hop.logins() - before; n != 1 {
			t.Errorf("max_sessions %d: %d logins at the jump host, want 1", most, n)
		}
		s := b.fleet.Stats()
		if bounded := s.SessionsMax <= 2; bounded != (most == 2) {
			t.Errorf("max_sessions %d: %d sessions at once", most, s.SessionsMax)
		}
	}
}

// TestBastionChain reaches devices through two jump hosts, and tells which of them does not forward.
func TestBastionChain(t *testing.T) {
	first, second := startBastion(t, "127.9.7.41"), startBastion(t, "127.9.7.42")
	if out, up := newBehind(t, 3, first, second).poll(t); up != 3 || first.logins() != 1 || second.logins() != 1 {
		t.Errorf("%d of 3 devices are up, %d and %d logins:\n%s", up, first.logins(), second.logins(), out)
	}
	closed := startBastion(t, "127.9.7.43", "AllowTcpForwarding no")
	for _, tc := range []struct {
		name string
		hops []*bastion
		says string
	}{
		{"last", []*bastion{first, closed}, `jump: jump host "bastion2": open a connection through it: .*TCP forwarding`},
		{"first", []*bastion{closed, second}, `jump: jump host "bastion2": log in: .*jump host "bastion1": open a connection through it: .*TCP forwarding|jump: jump host "bastion1": open a connection through it: .*TCP forwarding`},
	} {
		out, _ := newBehind(t, 2, tc.hops...).poll(t)
		if n := len(regexp.MustCompile(tc.says).FindAllString(out, -1)); n != 2 {
			t.Errorf("%s hop does not forward: %d of 2 devices say so:\n%s", tc.name, n, out)
		}
	}
}

// TestBastionKeys has a jump host whose key is hashed, unknown, another one, or revoked.
func TestBastionKeys(t *testing.T) {
	hop, other := startBastion(t, "127.9.7.41"), startBastion(t, "127.9.7.42")
	b := newBehind(t, 1, hop)
	known := readFile(t, b.knownHosts)
	wrong := strings.Replace(hop.knownHost(), hop.publicKey, other.publicKey, 1)
	for _, tc := range []struct{ name, text, says string }{
		{"unknown", string(b.fleet.KnownHosts()), `jump host "bastion1": log in: check the host key: no key of`},
		{"another", string(b.fleet.KnownHosts()) + wrong, `jump host "bastion1": log in: check the host key: .* shows another host key`},
		{"revoked", known + "@revoked * " + hop.publicKey + "\n", `jump host "bastion1": log in: check the host key: .* revokes`},
	} {
		writeFile(t, b.knownHosts, "%s", tc.text)
		if out, _ := b.poll(t); !regexp.MustCompile(tc.says).MatchString(out) {
			t.Errorf("%s key: want %s, got\n%s", tc.name, tc.says, out)
		}
		if n := hop.logins(); n != 0 {
			t.Errorf("%s key: the credential was shown to the jump host", tc.name)
		}
	}
	writeFile(t, b.knownHosts, "%s", known)
	run(t, "ssh-keygen", "-q", "-H", "-f", b.knownHosts)
	if out, up := b.poll(t); up != 1 {
		t.Errorf("hashed keys:\n%s", out)
	}
	writeFile(t, b.knownHosts, "")
	run(t, binary, "hostkey", "scan", "--config.file="+b.write(t))
	if out, up := b.poll(t); up != 1 {
		t.Errorf("keys learned by hostkey scan:\n%s", out)
	}
}

// TestBastionKilled kills a jump host while devices are polled through it. They fail with its name and are up again when it
// is back, one interval later: nobody is blamed.
func TestBastionKilled(t *testing.T) {
	hop := startBastion(t, "127.9.7.41")
	b := newBehind(t, 20, hop)
	b.interval = "3s"
	e := startExporter(t, "--config.file="+b.write(t))
	e.awaits(t, `netver_devices{state="up"} 20`)
	hop.kill(t)
	e.awaits(t, `netver_devices{state="down"} 20`, `netver_device_failure_reason{device="sw-0",reason="jump"} 1`)
	hop.restart(t)
	e.awaits(t, `netver_devices{state="up"} 20`)
	for line := range strings.Lines(e.metrics(t)) {
		if name, rest, _ := strings.Cut(line, "{"); name == "netver_poll_failures_total" && !strings.Contains(rest, `"jump"`) && !strings.HasSuffix(line, " 0\n") {
			t.Errorf("a device is blamed: %s", line)
		}
	}
	if log := e.out.String(); !strings.Contains(log, `jump host \"bastion1\"`) {
		t.Errorf("the log does not name the jump host:\n%s", e.out.Tail(5))
	}
}
