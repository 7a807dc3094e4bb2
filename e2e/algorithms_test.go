//go:build e2e

package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

const algorithmsConfig = `
poll: {interval: 1m, timeout: 20s}
credentials:
  host: {username: %s, private_key: {file: %s}}
ssh:
  known_hosts: [%s]
  host_keys: accept-new
%s
collector: {ssh: true}
groups:
  - {name: hosts, platform: linux, credentials: host, devices: [{name: host-0, address: %q}]}
`

// TestAlgorithms has OpenSSH offer little, and follows what the message says; and it has the lists of docs/configuration.md at work.
func TestAlgorithms(t *testing.T) {
	ecdsa := filepath.Join(t.TempDir(), "ecdsa")
	run(t, "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", ecdsa)
	old := startSSHD(t, "KexAlgorithms diffie-hellman-group1-sha1")
	modern := startSSHD(t, "HostKey "+ecdsa)
	config := func(s server, settings string) string {
		dir := t.TempDir()
		return writeFile(t, filepath.Join(dir, "config.yml"), algorithmsConfig, host, s.key, filepath.Join(dir, "known_hosts"), settings, s.address)
	}
	t.Run("nothing in common", func(t *testing.T) {
		out, err := exec.Command(binary, "poll", "--all", "--config.file="+config(old, "")).CombinedOutput()
		want := regexp.MustCompile(`the server offers diffie-hellman-group1-sha1; this side offers .*; legacy_algorithms: true would add diffie-hellman-group1-sha1`)
		if err == nil || !want.Match(out) {
			t.Errorf("%v, %s\nwant %s", err, out, want)
		}
	})
	fips := regexp.MustCompile(`(?ms)^  algorithms:\n    kex: \[ecdh.*?^    macs: .*?$`).FindString(readFile(t, "../docs/configuration.md"))
	if fips == "" {
		t.Fatal("docs/configuration.md has no line for FIPS")
	}
	for name, tt := range map[string]struct {
		server   server
		settings string
		godebug  string
		labels   string // a pattern
	}{
		"legacy":      {old, "  legacy_algorithms: true", "", `host_key="ssh-ed25519",kex="diffie-hellman-group1-sha1",verified="key"`},
		"named alone": {old, "  algorithms: {kex: [diffie-hellman-group1-sha1]}", "", `host_key="ssh-ed25519",kex="diffie-hellman-group1-sha1",verified="key"`},
		"usual":       {modern, "", "", `host_key="ssh-ed25519",kex="(mlkem768x|curve)25519-sha256",verified="key"`},
		"FIPS":        {modern, fips, "fips140=on", `cipher="aes256-gcm@openssh.com",host_key="ecdsa-sha2-nistp256",kex="ecdh-sha2-nistp256",verified="key"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GODEBUG", tt.godebug)
			e := startExporter(t, "--config.file="+config(tt.server, tt.settings))
			e.awaits(t, `netver_device_up{device="host-0"} 1`)
			if text := e.metrics(t); !regexp.MustCompile(`(?m)^netver_device_ssh_info\{.*` + tt.labels + `\} 1$`).MatchString(text) {
				t.Errorf("no %s in %s", tt.labels, fmt.Sprint(regexp.MustCompile(`(?m)^netver_device_ssh_info.*$`).FindAllString(text, -1)))
			}
		})
	}
}
