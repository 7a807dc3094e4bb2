//go:build unix

package config

import (
	"path/filepath"
	"syscall"
	"testing"
)

func TestSecretFromIdlePipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := readSecret(name); err != nil || len(text) > 0 {
		t.Errorf("want nothing, got %d bytes, %v", len(text), err)
	}
}
