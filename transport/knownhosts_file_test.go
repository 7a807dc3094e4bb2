package transport

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

func TestBadLinesAreSkipped(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"\n192.0.2.1\n", ":2: want host names, key type and key"},
		{"@cert-authority\n", ":1: want host names, key type and key"},
		{"@cert-authority * ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", ":1: the authority's key cannot be read"},
		{"192.0.2.1 ssh-ed25519 %%%\n", ":1: want a key of type ssh-ed25519 in base64"},
		{strings.Replace(line("192.0.2.1", newSigner(t)), "ssh-ed25519", "ssh-rsa", 1), ":1: want a key of type ssh-rsa in base64"},
		{"@unknown " + line("192.0.2.1", newSigner(t)), `:1: unknown marker "@unknown"; want @cert-authority or @revoked`},
		{line("|1|x", newSigner(t)), ":1: want a hashed host name of the form |1|SALT|HASH"},
		{line("|1|?|AAAA", newSigner(t)), ":1: the salt of the hashed host name is not base64 of at most 64 bytes"},
		{line("|1|AAAA|AAAA", newSigner(t)), ":1: the hash of the host name is not one of SHA-1 in base64"},
		{"@cert-authority " + line("|1|AAAA|AAAA", newSigner(t)), ":1: the hash of the host name is not one of SHA-1 in base64"},
		{"192.0.2.1 ssh-ed25519 " + strings.Repeat("A", longestLine) + "\n", ":1: longer than 1048576 bytes"},
	} {
		good := newSigner(t)
		file := writeFile(t, tt.text+line("192.0.2.9", good))
		keys := open(t, file)
		if diff := cmp.Diff([]string{file + tt.want + "; the line is skipped"}, keys.Warnings()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if err := keys.check(Strict, "192.0.2.9:22", good.PublicKey(), false); err != nil {
			t.Errorf("the line after a bad one is lost: %v", err)
		}
	}
}

func TestWarningsAreBounded(t *testing.T) {
	file := writeFile(t, strings.Repeat("bad\n", 100_000))
	warnings := open(t, file).Warnings()
	if len(warnings) != mostWarnings+1 || warnings[mostWarnings] != fmt.Sprintf("%s: %d more lines are skipped", file, 100_000-mostWarnings) {
		t.Errorf("%d warnings, the last %q", len(warnings), warnings[len(warnings)-1])
	}
}

func TestFilesOfOtherEditors(t *testing.T) {
	a, b := newSigner(t), newSigner(t)
	text := "\uFEFF" + strings.ReplaceAll(line("192.0.2.1", a)+"# x\n"+strings.TrimSuffix(line("192.0.2.2", b), "\n"), "\n", "\r\n")
	keys := open(t, writeFile(t, text))
	if w := keys.Warnings(); len(w) > 0 {
		t.Errorf("warnings %q", w)
	}
	for address, key := range map[string]ssh.Signer{"192.0.2.1:22": a, "192.0.2.2:22": b} {
		if err := keys.check(Strict, address, key.PublicKey(), false); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Every way in which a file may change while we run.
func TestChangedFiles(t *testing.T) {
	old, now, third := newSigner(t), newSigner(t), newSigner(t)
	before := line("192.0.2.1", old) + line("192.0.2.2", old)
	for _, tt := range []struct {
		name   string
		change func(file string) error
		want   map[string]failure.Reason // of the new key, by the last byte of the address
	}{
		{"appended", func(file string) error {
			return appendText(file, line("192.0.2.3", now)+"bad\n")
		}, map[string]failure.Reason{"1": failure.HostKeyChanged, "3": ""}},
		{"appended in two pieces", func(file string) error {
			text := line("192.0.2.3", now)
			if err := appendText(file, text[:40]); err != nil {
				return err
			}
			time.Sleep(lookInterval)
			_ = open(t, file)
			return appendText(file, text[40:]+"bad\n")
		}, map[string]failure.Reason{"1": failure.HostKeyChanged, "3": ""}},
		{"rewritten in place, longer", func(file string) error {
			return os.WriteFile(file, []byte(line("192.0.2.1", now)+line("192.0.2.2", old)+line("192.0.2.3", now)+"bad\n"), 0o600)
		}, map[string]failure.Reason{"1": "", "2": failure.HostKeyChanged, "3": ""}},
		{"rewritten in place, shorter", func(file string) error {
			return os.WriteFile(file, []byte(line("192.0.2.1", now)+"bad\n"), 0o600)
		}, map[string]failure.Reason{"1": "", "2": failure.HostKeyUnknown}},
		{"replaced", func(file string) error {
			if err := os.WriteFile(file+".new", []byte(line("192.0.2.2", now)+line("192.0.2.1", third)+"bad\n"), 0o600); err != nil {
				return err
			}
			return os.Rename(file+".new", file)
		}, map[string]failure.Reason{"1": failure.HostKeyChanged, "2": ""}},
		{"removed", os.Remove, map[string]failure.Reason{"1": failure.HostKeyUnknown}},
		{"no file any more", func(file string) error {
			if err := os.Remove(file); err != nil {
				return err
			}
			return os.Mkdir(file, 0o700)
		}, map[string]failure.Reason{"1": failure.HostKeyChanged, "3": failure.HostKeyUnknown}}, // as before
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := writeFile(t, before)
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				keys, err := OpenHostKeys([]string{file, filepath.Join(t.TempDir(), "none")}, slog.New(slog.NewTextHandler(&log, nil)))
				if err != nil {
					t.Fatal(err)
				}
				if err := keys.check(Strict, "192.0.2.1:22", old.PublicKey(), false); err != nil {
					t.Fatal(err)
				}
				if err := tt.change(file); err != nil {
					t.Fatal(err)
				}
				for range 3 {
					time.Sleep(lookInterval)
					for last, want := range tt.want {
						if got := reasonOf(keys.check(Strict, "192.0.2."+last+":22", now.PublicKey(), false)); got != want {
							t.Errorf("192.0.2.%s: %q, want %q", last, got, want)
						}
					}
				}
				wantLogged := 1 // the bad line, or the directory
				if tt.name == "removed" {
					wantLogged = 0
				}
				if n := strings.Count(log.String(), "\n"); n != wantLogged {
					t.Errorf("%d lines are logged, want %d:\n%s", n, wantLogged, &log)
				}
			})
		})
	}
}

// A file is looked at once a second, however many keys are checked.
func TestFilesAreLookedAtOnceASecond(t *testing.T) {
	key := newSigner(t)
	file := writeFile(t, "")
	synctest.Test(t, func(t *testing.T) {
		keys := open(t, file)
		if err := os.WriteFile(file, []byte(line("192.0.2.1", key)), 0o600); err != nil {
			t.Fatal(err)
		}
		wantReason(t, keys.check(Strict, "192.0.2.1:22", key.PublicKey(), false), failure.HostKeyUnknown)
		time.Sleep(lookInterval)
		if err := keys.check(Strict, "192.0.2.1:22", key.PublicKey(), false); err != nil {
			t.Error(err)
		}
	})
}

// What this process learns costs no reading, and what it did not learn itself is read.
func TestLearnedLinesAreNotReadAgain(t *testing.T) {
	file := writeFile(t, line("192.0.2.1", newSigner(t)))
	keys := open(t, file)
	known := keys.known
	for i := range 3 {
		if err := keys.Learn(fmt.Sprintf("192.0.2.%d:22", 2+i), newSigner(t).PublicKey()); err != nil {
			t.Fatal(err)
		}
		info, err := stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if !keys.states[0].same(info) {
			t.Error("the file counts as changed by another program")
		}
	}
	if err := appendText(file, line("192.0.2.9", newSigner(t))); err != nil {
		t.Fatal(err)
	}
	if err := keys.reload(); err != nil {
		t.Fatal(err)
	}
	if keys.known != known {
		t.Error("the whole file was read again for one line that was appended")
	}
	if shown := keys.Show("192.0.2.9:22"); len(shown) != 1 || shown[0].Line != 5 {
		t.Errorf("the appended line is %v, want line 5", shown)
	}
}

func appendText(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}
