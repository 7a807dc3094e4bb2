//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestHome starts the exporter as a user without privileges and with accept-new, as a service or a container does, where the
// home directory is missing, not set or not to be written to.
func TestHome(t *testing.T) {
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.ParseUint(nobody.Uid, 10, 32) // numbers on this system
	gid, _ := strconv.ParseUint(nobody.Gid, 10, 32)
	dir, err := os.MkdirTemp("", "netver-home-") // that of the test is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "netver_exporter")
	writeFile(t, program, "%s", readFile(t, binary))
	closed := filepath.Join(dir, "closed")
	work := filepath.Join(dir, "work") // where a folder called ~ could come to be
	for path, mode := range map[string]os.FileMode{dir: 0o755, program: 0o755, closed: 0o555, work: 0o777} {
		if err := os.Mkdir(path, mode); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	config := writeFile(t, filepath.Join(dir, "config.yml"), "ssh: {host_keys: accept-new}\ncredentials: {a: {username: a, password: {env: PASSWORD}}}\n"+
		"groups: [{name: a, platform: linux, credentials: a, devices: [127.0.0.9]}]\n")
	if err := os.Chmod(config, 0o644); err != nil {
		t.Fatal(err)
	}
	const place = ":1: ssh.known_hosts[0]: "
	for name, tt := range map[string]struct{ home, want string }{
		"not set":          {"", "HOME is not set; write the whole path"},
		"the root":         {"/", "accept-new cannot write to /.ssh/known_hosts: permission denied"},
		"missing":          {"/nonexistent", "accept-new cannot write to /nonexistent/.ssh/known_hosts: permission denied"},
		"not its own":      {closed, fmt.Sprintf("accept-new cannot write to %s/.ssh/known_hosts: permission denied", closed)},
		"not expanded":     {"~", `HOME is "~" and no whole path`},
		"of the container": {"/proc", "accept-new cannot write to /proc/.ssh/known_hosts: "},
	} {
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{{"check"}, {"run", "--web.listen-address=127.0.0.1:0"}} {
				cmd := exec.CommandContext(t.Context(), program, append(args, "--config.file="+config)...)
				cmd.Dir, cmd.Env = work, []string{"PASSWORD=not-a-secret"}
				if tt.home != "" {
					cmd.Env = append(cmd.Env, "HOME="+tt.home)
				}
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
				out, err := cmd.CombinedOutput()
				exit, failed := errors.AsType[*exec.ExitError](err)
				if !failed || exit.ExitCode() != 1 || !strings.Contains(string(out), place) || !strings.Contains(strings.ReplaceAll(string(out), `\"`, `"`), tt.want) {
					t.Errorf("%s ended with %v, want exit code 1 and %q:\n%s", cmd, err, tt.want, out)
				}
			}
			if left, err := os.ReadDir(work); err != nil || len(left) > 0 {
				t.Errorf("it left %v behind: %v", left, err)
			}
		})
	}
}
