package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/config"
)

// files are the blocks of a document that show a file: its name is a comment in the first line.
var files = regexp.MustCompile("(?s)```\\w*\n# ([\\w./-]+)\n(.*?)```")

// TestDocumentedConfigs loads every config.yml that README and docs show, beside the other files that the document shows, and
// reads its sources.
func TestDocumentedConfigs(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	devices := map[string][]int{} // by document
	for _, document := range append(documents, "README.md") {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		shown := files.FindAllStringSubmatch(string(text), -1)
		for _, block := range shown {
			save(t, filepath.Join(dir, block[1]), block[2])
		}
		for _, block := range shown {
			if block[1] != "config.yml" {
				continue
			}
			save(t, filepath.Join(dir, "config.yml"), completed(block[2]))
			for _, key := range regexp.MustCompile(`private_key: \{file: ([\w.]+)\}`).FindAllStringSubmatch(block[2], -1) {
				save(t, filepath.Join(dir, key[1]), privateKey(t))
			}
			devices[document] = append(devices[document], polled(t, document, filepath.Join(dir, "config.yml")))
		}
	}
	want := map[string][]int{"README.md": {3}, "docs/migrating.md": {3, 2, 3, 2}, "docs/inventory.md": {0}, "docs/version-policy.md": {1}}
	for document, numbers := range want {
		if !slices.Equal(devices[document], numbers) {
			t.Errorf("%s: configurations of %d devices, want %d", document, devices[document], numbers)
		}
	}
}

// completed adds what a part of a configuration leaves out.
func completed(text string) string {
	for key, rest := range map[string]string{
		"credentials": "credentials: {netops: {username: netops, password: secret}}\n",
		"groups":      "groups: [{name: site1, platform: cisco_nxos, credentials: netops, devices: [192.0.2.1]}]\n",
	} {
		if !regexp.MustCompile("(?m)^" + key + ":").MatchString(text) {
			text += rest
		}
	}
	if !strings.Contains(text, "host_keys:") {
		text += "ssh: {host_keys: insecure}\n" // where a file with host keys is, is the reader's affair
	}
	return text
}

// polled loads the configuration and counts the devices that it and its sources list. Services are not asked.
func polled(t *testing.T, document, file string) int {
	t.Helper()
	c, err := config.Load(file, func(name string) (string, bool) { return t.TempDir(), true })
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	plan, err := app.Build(c, app.Wiring{})
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "https://") {
		return plan.Devices()
	}
	if err := plan.Gather(t.Context()); err != nil {
		t.Errorf("%s: %v", document, err)
	}
	if plan.Devices() == 0 {
		t.Errorf("%s: no devices in\n%s", document, file)
	}
	return plan.Devices()
}

func privateKey(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block))
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
