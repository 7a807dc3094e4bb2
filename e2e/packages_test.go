//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// release makes packages for this machine in a folder.
func release(t *testing.T) string {
	t.Helper()
	dist := filepath.Join(t.TempDir(), "dist")
	run(t, "make", "-C", "..", "--no-print-directory", "release", "DIST="+dist, "VERSION=1.2.0", "TARGETS=linux/"+run1(t, "dpkg", "--print-architecture"))
	return dist
}

// run1 is run for a program that prints one line.
func run1(t *testing.T, name string, args ...string) string {
	t.Helper()
	return strings.TrimSpace(run(t, name, args...))
}

// one is the file that a pattern names.
func one(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files match %s, want one: %v", len(files), pattern, err)
	}
	return files[0]
}

// TestPackages makes a release and looks at each part of it.
func TestPackages(t *testing.T) {
	dist := release(t)
	t.Run("checksums", func(t *testing.T) {
		check := exec.Command("sha256sum", "--check", "--strict", "--quiet", "sha256sums.txt")
		check.Dir = dist
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		if files, err := os.ReadDir(dist); err != nil || len(files) != strings.Count(readFile(t, filepath.Join(dist, "sha256sums.txt")), "\n")+1 {
			t.Errorf("sha256sums.txt does not have all of %v: %v", files, err)
		}
	})
	t.Run("archive", func(t *testing.T) {
		files := run(t, "tar", "-tzf", one(t, dist+"/*.tar.gz"))
		for _, file := range []string{"netver_exporter", "netver_exporter.1.gz", "config.yml", "LICENSE", "netver_exporter.service", "README.md", "docs/installing.md"} {
			if !regexp.MustCompile(`(?m)^netver_exporter-1\.2\.0\.linux-\w+/` + regexp.QuoteMeta(file) + `$`).MatchString(files) {
				t.Errorf("the archive has no %s:\n%s", file, files)
			}
		}
	})
	t.Run("modules", func(t *testing.T) {
		list := readFile(t, one(t, dist+"/*.cdx.json"))
		for line := range strings.Lines(run(t, "go", "list", "-C", "..", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}{{end}}{{end}}", ".")) {
			if !strings.Contains(list, `"pkg:golang/`+strings.TrimSpace(line)) {
				t.Errorf("the list of modules lacks %s", line)
			}
		}
		if !strings.Contains(list, `"licenses"`) {
			t.Error("the list of modules has no licences")
		}
	})
	t.Run("rpm", func(t *testing.T) { rpmHolds(t, one(t, dist+"/*.rpm")) })
	t.Run("deb", func(t *testing.T) { debWorks(t, one(t, dist+"/*.deb")) })
}

// rpmHolds lists what the package has that the .deb, which is installed, has elsewhere or in another way.
func rpmHolds(t *testing.T, file string) {
	files := run(t, "rpm", "--query", "--package", "--list", "--verbose", file)
	for _, line := range []string{
		`-rwxr-xr-x .* /usr/bin/netver_exporter`,
		`-rw-r--r-- .* /usr/lib/systemd/system/netver_exporter.service`,
		`-rw-r--r-- .* /etc/netver/config.yml`,
		`drwx------ .* /etc/netver/secrets`,
		`-rw------- .* /etc/default/netver_exporter`,
		`-rw-r--r-- .* /usr/share/man/man1/netver_exporter.1.gz`,
		`-rw-r--r-- .* /usr/share/zsh/site-functions/_netver_exporter`,
	} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(files) {
			t.Errorf("nothing matches %s:\n%s", line, files)
		}
	}
	if config := run(t, "rpm", "--query", "--package", "--configfiles", file); config != "/etc/default/netver_exporter\n/etc/netver/config.yml\n" {
		t.Errorf("files that an upgrade keeps: %s", config)
	}
	if scripts := run(t, "rpm", "--query", "--package", "--scripts", file); !strings.Contains(scripts, "systemctl preset") {
		t.Errorf("the scripts do not enable the service:\n%s", scripts)
	}
}

// debWorks installs the package in a machine, polls FRRouting from it as the unit's user, upgrades, removes and purges it.
func debWorks(t *testing.T, deb string) {
	frr := startFRR(t)
	sshd := startSSHD(t)
	m := startMachine(t)
	address := freeAddress(t, "127.0.0.1")
	e := exporter{address: address, process: m.process}
	install := func(file string) {
		t.Helper()
		const there = "/opt/netver.deb"
		run(t, "cp", file, m.path(there))
		m.run(t, "dpkg", "--install", "--force-confdef", there) // keeps what the administrator has changed, as it would offer
		e.waitFor(t, "the service", func() error {
			_, err := get(t.Context(), "http://"+address+"/-/ready")
			if err != nil {
				err = errors.Join(err, errors.New(m.journal()))
			}
			return err
		})
	}
	const dropIn = "/etc/systemd/system/netver_exporter.service.d/test.conf" // 9733 may be taken here
	if err := os.MkdirAll(filepath.Dir(m.path(dropIn)), 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, m.path(dropIn), "[Service]\nEnvironment=ARGS=--web.listen-address=%s\n", address)

	install(deb)
	if enabled := m.run(t, "systemctl", "is-enabled", "netver_exporter"); enabled != "enabled\n" {
		t.Errorf("the service is %s", enabled)
	}
	m.run(t, "/usr/bin/netver_exporter", "healthcheck", "--url=http://"+address)
	if page := m.run(t, "man", "-P", "cat", "netver_exporter"); !strings.Contains(page, "NETVER_EXPORTER(1)") {
		t.Errorf("the man page is %s", page)
	}

	writeFile(t, m.path("/etc/netver/secrets/router"), "%s", readFile(t, sshd.key))
	devices := writeFile(t, m.path("/etc/netver/conf.d/routers.yml"), `
credentials:
  router: {username: %s, private_key: {file: /run/credentials/netver_exporter.service/secrets_router}}
groups:
  - {name: routers, platform: frr, credentials: router, interval: 2s, devices: [{name: frr-1, address: "%s"}]}
`, router, sshd.address)
	if err := os.Chmod(devices, 0o644); err != nil {
		t.Fatal(err)
	}
	m.run(t, "systemctl", "restart", "netver_exporter") // only a start reads the secrets
	polled := func() {
		t.Helper()
		e.waitFor(t, "FRRouting "+frr, func() error {
			body, err := get(t.Context(), "http://"+address+"/metrics")
			if !regexp.MustCompile(`(?m)^netver_device_info\{.*device="frr-1".*version="` + regexp.QuoteMeta(frr) + `".*\} 1$`).Match(body) {
				err = errors.Join(err, errors.New(m.journal()))
			}
			return err
		})
	}
	polled()
	userIsDynamic(t, m)
	m.run(t, "netver_exporter", "check", "--config.file=/etc/netver/config.yml")
	const state, knownHosts = "/var/lib/private/netver/state.json", "/var/lib/private/netver/known_hosts"
	learned := readFile(t, m.path(knownHosts))
	if !strings.Contains(learned, "ssh-ed25519") {
		t.Errorf("the host key was not learned: %q", learned)
	}
	// root takes a key out of the service's file, which learns it again when it logs in next.
	m.run(t, "netver_exporter", "hostkey", "forget", "--config.file=/etc/netver/config.yml", "frr-1")
	m.run(t, "systemctl", "restart", "netver_exporter")
	e.waitFor(t, "the host key", func() error {
		if now := readFile(t, m.path(knownHosts)); now != learned {
			return fmt.Errorf("known_hosts holds %q, want %q; %s", now, learned, m.journal())
		}
		return nil
	})
	polled()
	if !regexp.MustCompile(`(?m)^process_start_time_seconds `).MatchString(e.metrics(t)) {
		t.Error("the sandbox hides what the metrics of the process are made of")
	}

	writeFile(t, m.path("/etc/netver/conf.d/broken.yml"), "groups: nonsense\n")
	if err := os.Chmod(m.path("/etc/netver/conf.d/broken.yml"), 0o644); err != nil {
		t.Fatal(err)
	}
	m.run(t, "systemctl", "reload", "netver_exporter")
	e.awaits(t, "netver_config_last_reload_successful 0")
	if journal := m.journal(); !strings.Contains(journal, "broken.yml:1") {
		t.Errorf("the journal does not say what is wrong with the configuration:\n%s", journal)
	}
	run(t, "rm", m.path("/etc/netver/conf.d/broken.yml"))
	m.run(t, "systemctl", "reload", "netver_exporter")
	e.awaits(t, "netver_config_last_reload_successful 1")
	polled()

	config := readFile(t, m.path("/etc/netver/config.yml")) + "# a line of the administrator's\n"
	if err := os.WriteFile(m.path("/etc/netver/config.yml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	before := polls(t, e)
	install(nextVersion(t, deb))
	polled()
	if after := polls(t, e); after < before || before == 0 {
		t.Errorf("%v polls after the upgrade, and %v before it", after, before)
	}
	if got := readFile(t, m.path("/etc/netver/config.yml")); got != config {
		t.Errorf("the upgrade changed the configuration to\n%s", got)
	}
	if got := readFile(t, m.path(knownHosts)); got != learned {
		t.Errorf("the upgrade changed the host keys to\n%s", got)
	}

	m.run(t, "dpkg", "--remove", "netver-exporter")
	if _, err := get(t.Context(), "http://"+address+"/-/healthy"); err == nil {
		t.Error("the service runs after the package has been removed")
	}
	for _, file := range []string{state, knownHosts, "/etc/netver/config.yml", "/etc/netver/secrets/router"} {
		if !m.has(file) {
			t.Errorf("remove has removed %s", file)
		}
	}
	if m.has("/usr/bin/netver_exporter") {
		t.Error("remove leaves the program")
	}
	m.run(t, "dpkg", "--purge", "netver-exporter")
	for _, file := range []string{"/var/lib/netver", "/var/lib/private/netver", "/etc/netver/config.yml", "/etc/default/netver_exporter", "/etc/systemd/system/multi-user.target.wants/netver_exporter.service"} {
		if m.has(file) {
			t.Errorf("purge leaves %s", file)
		}
	}
	if !m.has("/etc/netver/secrets/router") {
		t.Error("purge has removed what the administrator put into /etc/netver")
	}
}

// userIsDynamic checks that the service runs as the user that systemd made for it, and can write nothing but its state.
func userIsDynamic(t *testing.T, m machine) {
	t.Helper()
	pid := strings.TrimSpace(m.run(t, "systemctl", "show", "--property=MainPID", "--value", "netver_exporter"))
	status := m.run(t, "cat", "/proc/"+pid+"/status")
	uid, err := strconv.Atoi(regexp.MustCompile(`(?m)^Uid:\t(\d+)`).FindStringSubmatch(status)[1])
	if err != nil || uid < 61184 || uid > 65519 { // systemd.exec(5), DynamicUser
		t.Errorf("the service runs as user %d: %v", uid, err)
	}
	if !regexp.MustCompile(`(?m)^CapBnd:\t0+$`).MatchString(status) || !regexp.MustCompile(`(?m)^NoNewPrivs:\t1$`).MatchString(status) {
		t.Errorf("the service may gain capabilities:\n%s", status)
	}
}

func polls(t *testing.T, e exporter) float64 {
	t.Helper()
	found := regexp.MustCompile(`(?m)^netver_device_polls_total\{device="frr-1".*\} (\S+)$`).FindStringSubmatch(e.metrics(t))
	if found == nil {
		t.Fatal("frr-1 has no polls")
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// nextVersion makes a package of the next version, whose configuration differs.
func nextVersion(t *testing.T, deb string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "package")
	run(t, "dpkg-deb", "--raw-extract", deb, dir)
	control := filepath.Join(dir, "DEBIAN/control")
	run(t, "sed", "-i", "s/^Version: .*/Version: 1.3.0/", control)
	run(t, "sed", "-i", "1i # A line that the next version brings.", filepath.Join(dir, "etc/netver/config.yml"))
	next := filepath.Join(t.TempDir(), "next.deb")
	run(t, "dpkg-deb", "--build", "-Znone", dir, next)
	return next
}
