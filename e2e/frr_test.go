//go:build e2e

package e2e

import (
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// A login shell takes no flag, so that vtysh looks for the daemons where the package puts them.
const frrDir = "/run/frr"

// startFRR runs FRRouting's zebra, unless the machine already has one running, and returns FRRouting's version.
func startFRR(t *testing.T) (version string) {
	t.Helper()
	const daemon = "/usr/lib/frr/zebra"
	out, err := exec.Command(daemon, "--version").Output()
	match := regexp.MustCompile(`^zebra version (\S+)`).FindSubmatch(out)
	if err != nil || match == nil {
		t.Fatalf("FRRouting is not installed; run make packages: %v", err)
	}
	version = string(match[1])

	socket := filepath.Join(frrDir, "zebra.vty")
	if conn, err := net.Dial("unix", socket); err == nil {
		conn.Close()
		return version
	}
	owner, err := user.Lookup("frr")
	if err != nil {
		t.Fatal(err)
	}
	work, err := os.MkdirTemp("", "netver-frr-") // not t.TempDir, which the user frr cannot enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(work) })
	for _, dir := range []string{work, frrDir} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	zebra := start(t, daemon, "--config_file", "/dev/null", "--pid_file", filepath.Join(work, "zebra.pid"),
		"--vty_socket", frrDir, "--socket", filepath.Join(work, "zserv.api"), "--vty_port", "0", "--retain", "--log", "stdout")
	zebra.listening(t, "unix", socket)
	return version
}
