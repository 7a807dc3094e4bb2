//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/lab"
)

// TestUnitExposure holds what systemd thinks of the unit's sandbox at 1.5 of 10.
func TestUnitExposure(t *testing.T) {
	analyze := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=yes", "--threshold=15", "../deploy/systemd/netver_exporter.service")
	if out, err := analyze.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestCompose reads compose.yaml, and looks for the files that it names.
func TestCompose(t *testing.T) {
	config := run(t, "docker-compose", "--file", "../compose.yaml", "config")
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	mounts := regexp.MustCompile(`(?m)^ +- (`+regexp.QuoteMeta(root)+`[^:]*):`).FindAllStringSubmatch(config, -1)
	if len(mounts) < 4 {
		t.Errorf("%d files are mounted, want 4 and more:\n%s", len(mounts), config)
	}
	for _, m := range mounts {
		if _, err := os.Stat(m[1]); err != nil {
			t.Error(err)
		}
	}
	for _, image := range regexp.MustCompile(`(?m)^ +image: (\S+)$`).FindAllStringSubmatch(config, -1) {
		if image[1] != "netver_exporter" && !regexp.MustCompile(`:v?\d+\.\d+\.\d+$`).MatchString(image[1]) {
			t.Errorf("%s has no version", image[1])
		}
	}
}

// TestManual shows the man page with groff's warnings.
func TestManual(t *testing.T) {
	page := writeFile(t, filepath.Join(t.TempDir(), "netver_exporter.1"), "%s", run(t, binary, "--help-man"))
	shown := exec.Command("man", "--warnings", "--pager=cat", "--local-file", page)
	shown.Env = append(os.Environ(), "MANWIDTH=100", "LC_ALL=C.UTF-8")
	var warnings lab.Output
	shown.Stderr = &warnings
	text, err := shown.Output()
	if err != nil || warnings.String() != "" {
		t.Errorf("%v\n%s", err, warnings.String())
	}
	if !strings.Contains(string(text), "--state.file=") {
		t.Errorf("the page does not show --state.file:\n%s", text)
	}
	if about := run(t, "lexgrog", page); !strings.Contains(about, "netver_exporter - Prometheus exporter") {
		t.Errorf("apropos would find %s", about)
	}
}

// TestCompletions asks the shells whose scripts cli cannot try; the one for bash is tried there.
func TestCompletions(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", filepath.Dir(binary)+":"+os.Getenv("PATH"))
	fish := writeFile(t, filepath.Join(dir, "netver_exporter.fish"), "%s", run(t, binary, "--completion-script-fish"))
	zsh := writeFile(t, filepath.Join(dir, "_netver_exporter"), "%s", run(t, binary, "--completion-script-zsh"))
	for _, test := range []struct{ line, want string }{
		{"netver_exporter ch", "check"},
		{"netver_exporter platforms s", "show"},
		{"netver_exporter run --log.f", "--log.format"},
		{"netver_exporter poll --output j", "json"},
	} {
		if got := run(t, "fish", "--no-config", "--command", "source "+fish+"; complete --do-complete '"+test.line+"'"); got != test.want+"\n" {
			t.Errorf("fish completes %s with %q, want %s", test.line, got, test.want)
		}
		// compadd would pick what begins as the word does.
		ask := `compdef() {}; compadd() { print -l -- $known }; . ` + zsh + `; words=(` + test.line + `); CURRENT=$#words; _netver_exporter`
		if got := run(t, "zsh", "-f", "-c", ask); !strings.Contains("\n"+got, "\n"+test.want+"\n") {
			t.Errorf("zsh offers %q for %s, want %s among it", got, test.line, test.want)
		}
	}
	if got := run(t, "zsh", "-f", "-c", "fpath=("+dir+" $fpath); autoload -U compinit; compinit -u -D; print $_comps[netver_exporter]"); got != "_netver_exporter\n" {
		t.Errorf("zsh finds %q in its path", got)
	}
}

// TestGoInstall installs the program as go install MODULE@VERSION would, from the files of this commit as a module.
func TestGoInstall(t *testing.T) {
	const module, version = "github.com/netver/netver_exporter", "v1.2.0"
	dir := t.TempDir()
	at := filepath.Join(dir, "proxy", module, "@v")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, "git", "-C", "..", "archive", "--format=zip", "--prefix="+module+"@"+version+"/", "--output="+filepath.Join(at, version+".zip"), "HEAD")
	writeFile(t, filepath.Join(at, version+".mod"), "%s", run(t, "git", "-C", "..", "show", "HEAD:go.mod"))
	writeFile(t, filepath.Join(at, version+".info"), `{"Version": %q}`, version)
	writeFile(t, filepath.Join(at, "list"), "%s\n", version)
	cached := strings.TrimSpace(run(t, "go", "env", "GOMODCACHE"))
	install := exec.Command("go", "install", "-trimpath", "-modcacherw", module+"@"+version)
	install.Dir = dir
	install.Env = append(os.Environ(), "CGO_ENABLED=0", "GOBIN="+dir, "GOMODCACHE="+filepath.Join(dir, "modules"), "GOFLAGS=", "GONOSUMDB=*",
		"GOPROXY=file://"+filepath.Join(dir, "proxy")+",file://"+filepath.Join(cached, "cache/download"))
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if shown := run(t, filepath.Join(dir, "netver_exporter"), "--version"); !strings.Contains(shown, "netver_exporter, version 1.2.0 (") {
		t.Errorf("the installed program says %s", shown)
	}
}
