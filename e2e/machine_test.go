//go:build e2e

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a copy of this machine in which systemd is the first process. It has this one's network and sees its files;
// what it writes is in memory and gone with the test, so that packages can be installed.
type machine struct {
	*process
	root   string // its files, as seen from here
	leader string // process id of its systemd
}

// startMachine boots a machine as far as services can be started, and starts none.
func startMachine(t *testing.T) machine {
	t.Helper()
	// The kernel mounts no overlay whose upper layer is itself one, as the root of a container is.
	memory := t.TempDir()
	mount(t, memory, "-t", "tmpfs", "tmpfs")
	m := machine{root: filepath.Join(memory, "root")}
	upper, work := filepath.Join(memory, "upper"), filepath.Join(memory, "work")
	for _, dir := range []string{m.root, upper, work} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	mount(t, m.root, "-t", "overlay", "overlay", "-o", fmt.Sprintf("lowerdir=/,upperdir=%s,workdir=%s", upper, work))
	// What keeps packages from starting services here, and the index of man pages, which takes longer than all the rest.
	for _, file := range []string{"/usr/sbin/policy-rc.d", "/var/lib/man-db/auto-update"} {
		if err := os.RemoveAll(m.path(file)); err != nil {
			t.Fatal(err)
		}
	}
	m.process = start(t, "systemd-nspawn", "--quiet", "--directory="+m.root, "--machine=netver-test", "--register=no", "--keep-unit",
		"--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe", "--boot", "systemd.unit=sysinit.target")
	m.waitFor(t, "systemd", func() error {
		pid := m.cmd.Process.Pid
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
		if m.leader = strings.TrimSpace(string(children)); err != nil || m.leader == "" {
			return fmt.Errorf("no child yet: %w", err)
		}
		_, err = m.try("systemctl", "is-active", "sysinit.target")
		return err
	})
	return m
}

func mount(t *testing.T, at string, args ...string) {
	t.Helper()
	run(t, "mount", append(args, at)...)
	t.Cleanup(func() { run(t, "umount", at) })
}

// try runs a program in the machine and returns what it printed.
func (m machine) try(name string, args ...string) (string, error) {
	enter := []string{"--target", m.leader, "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--root", "--wd", "--", name}
	cmd := exec.Command("nsenter", append(enter, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

func (m machine) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := m.try(name, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, m.journal())
	}
	return out
}

// journal is what the exporter's unit has logged last.
func (m machine) journal() string {
	out, err := m.try("journalctl", "--no-pager", "--output=cat", "--lines=30", "--unit=netver_exporter")
	return fmt.Sprint(out, errors.Join(err))
}

// path is a file of the machine as seen from here.
func (m machine) path(name string) string { return filepath.Join(m.root, name) }

func (m machine) has(name string) bool {
	_, err := os.Lstat(m.path(name))
	return err == nil
}
