package app

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/strictyaml"
)

var update = flag.Bool("update", false, "rewrite what the bad files are expected to give")

// environment is what the test files find in the environment.
func environment(name string) (string, bool) {
	v, ok := map[string]string{
		"HOME":            "/nonexistent",
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
			if _, err := load(path); err != nil {
				t.Error(err)
			}
		})
	}
}

// load is Load in the environment of the tests.
func load(path string) (*Plan, error) {
	c, err := config.Load(path, environment)
	if err != nil {
		return nil, err
	}
	return Build(c, Wiring{})
}

func problems(t *testing.T, path string) []string {
	t.Helper()
	_, err := load(path)
	list, ok := errors.AsType[strictyaml.Problems](err)
	if !ok {
		t.Fatalf("load: error %v (%T), want Problems", err, err)
	}
	return strings.Split(strings.ReplaceAll(list.Error(), path, "config.yml"), "\n")
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
