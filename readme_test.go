package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/cli"
	"github.com/netver/netver_exporter/config"
)

// TestReadmeConfig loads the configuration that README shows.
func TestReadmeConfig(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```yaml\n(# config.yml\n.*?)```").FindSubmatch(b)
	if block == nil {
		t.Fatal("README shows no config.yml")
	}
	file := filepath.Join(t.TempDir(), "config.yml")
	if err := os.WriteFile(file, block[1], 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(string) (string, bool) { return "secret", true }
	c, err := config.Load(file, env)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := app.Build(c, app.Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Devices() != 3 {
		t.Errorf("%d devices, want 3", plan.Devices())
	}
}

// TestConfigSchema holds the schema that config.yml names for editors to the program.
func TestConfigSchema(t *testing.T) {
	kept, err := os.ReadFile("config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var made strings.Builder
	if code := cli.Execute(t.Context(), []string{"schema", "config"}, cli.Streams{Out: &made, Err: &made}); code != 0 || made.String() != string(kept) {
		t.Errorf("exit code %d; make config.schema.json anew: go run . schema config > config.schema.json", code)
	}
	text, err := os.ReadFile("config.yml")
	if err != nil || !strings.HasPrefix(string(text), "# yaml-language-server: $schema=config.schema.json\n") {
		t.Errorf("config.yml does not name its schema in the first line: %v", err)
	}
}
