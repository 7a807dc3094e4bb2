//go:build e2e

package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const realConfig = `
poll: {interval: 5s, timeout: 20s}
credentials:
  router-key: {username: %[1]s, private_key: {file: %[3]s}}
  router-password: {username: %[1]s, password: {file: %[4]s}}
  host-key: {username: %[2]s, private_key: {file: %[3]s}}
  host-password: {username: %[2]s, password: {file: %[4]s}}
ssh: {known_hosts: [%[5]s], host_keys: strict}
groups:
  - name: routers
    platform: frr
    credentials: router-key
    labels: {site: lab}
    devices:
      - {name: frr-1, address: "%[6]s", mode: exec}
      - {name: frr-2, address: "%[6]s", mode: shell}
      - {name: frr-3, address: "%[6]s", mode: shell, credentials: router-password}
  - name: hosts
    platform: linux
    credentials: host-key
    devices:
      - {name: host-1, address: "%[6]s"}
      - {name: host-2, address: "%[6]s", mode: shell, credentials: host-password}
      - {name: host-3, address: "%[7]s", mode: shell}
`

// TestReal watches OpenSSH in front of FRRouting and of this host, and the lab, with a Prometheus that has the shipped
// rules.
func TestReal(t *testing.T) {
	frr := startFRR(t)
	sshd := startSSHD(t)
	dir := t.TempDir()
	config := writeFile(t, filepath.Join(dir, "config.yml"), realConfig, router, host, sshd.key,
		writeFile(t, filepath.Join(dir, "password"), "%s\n", sshd.password), sshd.knownHosts, sshd.address, sshd.slow)
	run(t, binary, "check", "--config.file="+config)
	watch := startExporter(t, "--config.file="+config)
	lab := startExporter(t, "lab")
	prom := startPrometheus(t, watch.address, lab.address)

	t.Run("devices", func(t *testing.T) {
		for _, device := range []string{"frr-1", "frr-2", "frr-3", "host-1", "host-2", "host-3"} {
			prom.answers(t, `netver_device_up{device="`+device+`"} == 1`)
		}
		info := prom.answers(t, `netver_device_info{device=~"frr-.", site="lab", platform="frr", version="`+frr+`"} == 1`)
		if len(info) != 3 {
			t.Errorf("FRRouting %s runs on %d routers, want 3: %v", frr, len(info), info)
		}
		prom.answers(t, `netver_device_info{device="host-1", platform="linux", hostname!="", version!=""} == 1`)
		prom.answers(t, `netver_device_uptime_seconds{device="host-1"} > 0`)
	})
	t.Run("metrics", func(t *testing.T) {
		for name, e := range map[string]exporter{"real": watch, "lab": lab} {
			check := exec.Command("promtool", "check", "metrics")
			check.Stdin = strings.NewReader(e.metrics(t))
			if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("promtool check metrics on the %s devices: %v\n%s", name, err, out)
			}
		}
	})
	t.Run("rules", func(t *testing.T) { rulesWork(t, prom) })
	t.Run("readme", func(t *testing.T) { readmeAnswers(t, prom) })
	t.Run("stop", func(t *testing.T) {
		for _, e := range []exporter{watch, lab} {
			if err := e.stop(t); err != nil {
				t.Errorf("%s: %v after SIGTERM, want exit status 0", e.cmd, err)
			}
		}
	})
}
