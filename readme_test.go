package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/netver/netver_exporter/app"
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
	env := func(string) (string, bool) { return "/nonexistent/secret", true }
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
