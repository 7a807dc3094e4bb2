package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite what the bad files are expected to give")

// environment is what the test files find in the environment.
func environment(name string) (string, bool) {
	v, ok := map[string]string{
		"HOME":            "testdata",
		"NETOPS_PASSWORD": "hunter2",
		"EMPTY":           "",
		"SSH_AUTH_SOCK":   "/nonexistent/agent",
	}[name]
	return v, ok
}

// A bad file begins with the problems it must give, as comments.
func TestBadFiles(t *testing.T) {
	for _, path := range glob(t, "testdata/*.bad.yml") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".bad.yml"), func(t *testing.T) {
			want, body := split(t, path)
			got := problems(t, path)
			if *update && len(got) != len(want) { // so that the lines are the final ones when they are written below
				write(t, path, got, body)
				got = problems(t, path)
			}
			if *update {
				write(t, path, got, body)
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if text := strings.Join(got, "\n"); strings.Contains(text, "hunter") {
				t.Errorf("a secret is in the problems:\n%s", text)
			}
		})
	}
}

func TestGoodFiles(t *testing.T) {
	for _, path := range glob(t, "testdata/*.good.yml") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".good.yml"), func(t *testing.T) {
			if _, err := Load(path, environment); err != nil {
				t.Error(err)
			}
		})
	}
}

func problems(t *testing.T, path string) []string {
	t.Helper()
	_, err := Load(path, environment)
	list, ok := errors.AsType[Problems](err)
	if !ok {
		t.Fatalf("Load: error %v (%T), want Problems", err, err)
	}
	lines := list.lines()
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], path, "config.yml")
	}
	return lines
}

// split takes the expected problems off the top of a bad file.
func split(t *testing.T, path string) (want []string, body string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	body = string(text)
	for strings.HasPrefix(body, "# ") {
		line, rest, _ := strings.Cut(body, "\n")
		want, body = append(want, line[2:]), rest
	}
	return want, body
}

func write(t *testing.T, path string, want []string, body string) {
	t.Helper()
	text := "# " + strings.Join(want, "\n# ") + "\n" + body
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no file matches %s (%v)", pattern, err)
	}
	return paths
}
