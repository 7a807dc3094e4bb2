package transport

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/netver/netver_exporter/failure"
)

func TestAcceptAndForget(t *testing.T) {
	old, now, other := newSigner(t), newSigner(t), newSigner(t)
	const kept = "# a comment\nnonsense\n"
	first := writeFile(t, "\uFEFF"+line("sw-1.example,192.0.2.1", old)+kept+line("SW-1.example", other)+"@revoked "+line("sw-1.example", other)+
		line("sw-2.example", other)+"@cert-authority "+strings.TrimSuffix(line("sw-1.example", other), "\n"))
	hashed := line(knownhosts.HashHostname("sw-1.example"), old)
	second := writeFile(t, hashed+line("[sw-1.example]:2222", old))
	keys := open(t, first, second)

	want := []KnownKey{
		{first, 1, "", old.PublicKey().Type(), ssh.FingerprintSHA256(old.PublicKey())},
		{first, 4, "", old.PublicKey().Type(), ssh.FingerprintSHA256(other.PublicKey())},
		{second, 1, "", old.PublicKey().Type(), ssh.FingerprintSHA256(old.PublicKey())},
	}
	marks := []KnownKey{
		{first, 5, markRevoked, old.PublicKey().Type(), ssh.FingerprintSHA256(other.PublicKey())},
		{first, 7, markAuthority, old.PublicKey().Type(), ssh.FingerprintSHA256(other.PublicKey())},
	}
	if diff := cmp.Diff(append(want[:3:3], marks...), keys.Show("sw-1.example:22")); diff != "" {
		t.Errorf("Show: -want +got\n%s", diff)
	}
	replaced, err := keys.Accept("SW-1.example:22", now.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, replaced); diff != "" {
		t.Errorf("Accept: -want +got\n%s", diff)
	}
	rest := "\uFEFF" + line("192.0.2.1", old) + kept + "@revoked " + line("sw-1.example", other) + line("sw-2.example", other) +
		"@cert-authority " + line("sw-1.example", other)
	if diff := cmp.Diff(rest+line("sw-1.example", now), readFile(t, first)); diff != "" {
		t.Errorf("the first file: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(line("[sw-1.example]:2222", old), readFile(t, second)); diff != "" {
		t.Errorf("the second file: -want +got\n%s", diff)
	}
	for key, want := range map[ssh.Signer]failure.Reason{now: "", old: failure.HostKeyChanged, other: failure.HostKeyRevoked} {
		if got := reasonOf(keys.check(Strict, "sw-1.example:22", key.PublicKey(), false)); got != want {
			t.Errorf("after Accept: %q, want %q", got, want)
		}
	}
	if _, err := keys.Accept("sw-1.example:22", other.PublicKey()); err == nil || !strings.Contains(err.Error(), first+":") {
		t.Errorf("a revoked key is accepted: %v", err)
	}
	for range 2 { // the second time there is nothing to forget
		if _, err := keys.Forget("sw-1.example:22"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rest, readFile(t, first)); diff != "" {
			t.Errorf("after Forget: -want +got\n%s", diff)
		}
	}
	wantReason(t, keys.check(Strict, "sw-1.example:22", now.PublicKey(), false), failure.HostKeyUnknown)
}

func TestAcceptTouchesNoPattern(t *testing.T) {
	text := line("*.example", newSigner(t))
	file := writeFile(t, text)
	keys := open(t, file)
	for name, edit := range map[string]func() error{
		"Accept": func() error { _, err := keys.Accept("sw-1.example:22", newSigner(t).PublicKey()); return err },
		"Forget": func() error { _, err := keys.Forget("sw-1.example:22"); return err },
	} {
		if err := edit(); err == nil || !strings.Contains(err.Error(), file+": line 1 has a pattern") {
			t.Errorf("%s: error %v, want it to name the line", name, err)
		}
	}
	if got := readFile(t, file); got != text {
		t.Errorf("the file is now %q", got)
	}
}

func TestAcceptKeepsLinkAndMode(t *testing.T) {
	file := writeFile(t, "")
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	key := newSigner(t)
	if _, err := open(t, link).Accept("192.0.2.1:22", key.PublicKey()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o640 || readFile(t, file) != line("192.0.2.1", key) {
		t.Errorf("mode %v and text %q", info.Mode(), readFile(t, file))
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is no link any more: %v, %v", info, err)
	}
	if others, _ := filepath.Glob(file + ".*"); len(others) > 0 {
		t.Errorf("left behind: %v", others)
	}
}
