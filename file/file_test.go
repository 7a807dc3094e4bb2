package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	idle := filepath.Join(dir, "idle pipe")
	if err := syscall.Mkfifo(idle, 0o600); err != nil {
		t.Fatal(err)
	}
	held := filepath.Join(dir, "pipe that is held open")
	if err := syscall.Mkfifo(held, 0o600); err != nil {
		t.Fatal(err)
	}
	holder, err := os.OpenFile(held, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	for _, test := range []struct{ name, want, fault string }{
		{path("plain", "text\n"), "text\n", ""},
		{path("with a mark", "\xef\xbb\xbftext"), "text", ""},
		{path("full", "12345678"), "12345678", ""},
		{path("over", "123456789"), "", "larger than 8 bytes"},
		{path("empty", ""), "", ""},
		{"/dev/null", "", ""},
		{"/dev/zero", "", "larger than 8 bytes"},
		{idle, "", "is a pipe to which nobody writes, want a file"},
		{dir, "", "is a directory, want a file"},
		{filepath.Join(dir, "none"), "", "no such file"},
		{filepath.Join(dir, "plain", "below"), "", "not a directory"},
	} {
		got, err := Read(test.name, 8)
		if string(got) != test.want || (err == nil) != (test.fault == "") || err != nil && !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: %q, %v; want %q, %q", test.name, got, err, test.want, test.fault)
		}
		if err != nil && strings.Contains(err.Error(), dir) {
			t.Errorf("the error names the file: %v", err)
		}
	}
	if _, err := read(held, 8, 20*time.Millisecond); err == nil {
		t.Error("a pipe that is held open gives no error")
	}
	if _, err := Read(filepath.Join(dir, "none"), 8); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}
