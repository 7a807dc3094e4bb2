package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/netver/netver_exporter/config"
)

const fleetOfOne = "credentials: {netops: {username: netops, password: {file: secret}}}\n" +
	"groups: [{name: a, platform: cisco_ios, credentials: netops, devices: [192.0.2.1]}]\n"

// Whatever a name leads to, loading ends with an error that names it; each of these has blocked a start.
func TestPipes(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, "secret"), "x")
	for _, test := range []struct{ text, want string }{
		{strings.Replace(fleetOfOne, "file: secret", "file: pipe", 1), "credentials.netops.password.file: cannot read " + pipe + ": is a pipe to which nobody writes, want a file"},
		{strings.Replace(fleetOfOne, "file: secret", "file: /dev/zero", 1), "credentials.netops.password.file: cannot read /dev/zero: it is larger than 1048576 bytes"},
		{"ssh: {known_hosts: [pipe]}\n" + fleetOfOne, "ssh.known_hosts[0]: cannot read " + pipe + ": is a pipe, socket or device, want a file"},
		{"platform_files: [pipe]\n" + fleetOfOne, pipe + ": is a pipe to which nobody writes, want a file"},
	} {
		file := filepath.Join(dir, "config.yml")
		save(t, file, test.text)
		if _, err := load(file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v; want %s", test.text, err, test.want)
		}
	}
	if _, err := load(pipe); err == nil || !strings.HasPrefix(err.Error(), pipe+": is a pipe to which nobody writes, want a file") {
		t.Errorf("a pipe as the configuration: %v", err)
	}
}

func TestByteOrderMarks(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "secret"), "\xef\xbb\xbfhunter2\r\n\r\n")
	save(t, filepath.Join(dir, "config.yml"), "\xef\xbb\xbf"+fleetOfOne)
	p, err := load(filepath.Join(dir, "config.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Config.Credentials["netops"].Password.Reveal(); got != "hunter2" {
		t.Errorf("the secret is %q", got)
	}
}

func TestNoHome(t *testing.T) {
	text := "platform_files: [~/own.yml]\n" + strings.Replace(fleetOfOne, "file: secret", "file: ~/secret", 1)
	c, err := config.Parse("config.yml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	const reason = ": ~ has no meaning here, since the environment variable HOME is not set; write the whole path\n"
	want := "config.yml:1: platform_files[0]" + reason + "config.yml:1: ssh.known_hosts[0]" + reason + "config.yml:2: credentials.netops.password.file" + reason
	if _, err = Build(c, Wiring{}); err == nil || err.Error()+"\n" != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// A home that is no whole path would be a folder called ~ beside the program.
func TestRelativeHome(t *testing.T) {
	for _, home := range []string{"~", "home/netver", "."} {
		c, err := config.Parse("config.yml", []byte(strings.Replace(fleetOfOne, "{file: secret}", "x", 1)), func(name string) (string, bool) { return home, name == "HOME" })
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("config.yml:1: ssh.known_hosts[0]: ~ has no meaning here, since the environment variable HOME is %q and no whole path; write the whole path", home)
		if _, err = Build(c, Wiring{}); err == nil || err.Error() != want {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
	}
}

// accept-new has to write the keys that it learns.
func TestKnownHostsNotWritable(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "secret"), "x")
	if err := os.Mkdir(filepath.Join(dir, "read-only"), 0o500); err != nil {
		t.Fatal(err)
	}
	refused := "ssh.known_hosts[0]: host_keys: accept-new cannot write to " + filepath.Join(dir, "read-only", "known_hosts") + ": permission denied"
	if os.Getuid() == 0 { // who may write everywhere
		refused = ""
	}
	for _, test := range []struct{ policy, file, want string }{
		{"accept-new", "read-only/known_hosts", refused},
		{"accept-new", "new/folder/known_hosts", ""},
		{"strict", "read-only/known_hosts", ""},
	} {
		file := filepath.Join(dir, "config.yml")
		save(t, file, "ssh: {host_keys: "+test.policy+", known_hosts: ["+test.file+"]}\n"+fleetOfOne)
		_, err := load(file)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v; want %q", test.policy, test.file, err, test.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("the check has made a folder")
	}
}

// A large inventory in which every line is wrong is reported soon, and in a few lines.
func TestManyProblems(t *testing.T) {
	const many = 5_000
	var text strings.Builder
	text.WriteString("ssh: {host_keys: accept-new}\ncredentials: {netops: {username: netops, password: x}}\ngroups:\n  - name: a\n    devices:\n")
	for range many {
		text.WriteString("      - {name: same, host: bad host, platform: cisco_iso, credentials: netop}\n")
	}
	c, err := config.Parse("config.yml", []byte(text.String()), environment)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Build(c, Wiring{})
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 51 || lines[50] != fmt.Sprintf("and %d more problems", 4*many-1-50) {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// The former name of ssh.sessions works, and says that it is one.
func TestKeepAlive(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "secret"), "x")
	file := filepath.Join(dir, "config.yml")
	save(t, file, "ssh: {host_keys: accept-new, keep_alive: {max: 7}}\n"+fleetOfOne)
	p, err := load(file)
	if err != nil {
		t.Fatal(err)
	}
	if p.Config.SSH.Sessions.Max != 7 || len(p.Warnings) != 1 || p.Warnings[0] != file+":1: ssh.keep_alive: the key is called sessions now" {
		t.Errorf("%+v, warnings %q", p.Config.SSH.Sessions, p.Warnings)
	}
}

// TestStopWhileLoading stops a program whose configuration is still being read: that is no failure.
func TestStopWhileLoading(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(pipe, os.O_RDWR, 0) // says nothing, and does not go away
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, Options{ConfigFile: pipe}, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}
