package transport

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/netver/netver_exporter/failure"
)

func newSigner(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// line is a known_hosts line for the signer's key.
func line(hosts string, s ssh.Signer) string {
	return hosts + " " + s.PublicKey().Type() + " " + keyText(s.PublicKey()) + "\n"
}

func writeFile(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func open(t testing.TB, files ...string) *HostKeys {
	t.Helper()
	keys, err := OpenHostKeys(files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func reasonOf(err error) failure.Reason {
	if e, ok := errors.AsType[*failure.Error](err); ok {
		return e.Reason
	}
	return ""
}

func TestCheckHostKey(t *testing.T) {
	right, other, revoked := newSigner(t), newSigner(t), newSigner(t)
	file := writeFile(t, "# a comment\n\n"+
		line("192.0.2.1", right)+
		line("192.0.2.2,sw-2.example", right)+
		line("[192.0.2.3]:2222", right)+
		line(knownhosts.HashHostname("192.0.2.4"), right)+
		line(knownhosts.HashHostname("[192.0.2.5]:2222"), right)+
		line("*.example,!bad.example", right)+
		line("[2001:db8::1]:2222,2001:db8::1", right)+
		line("192.0.2.6", other)+line("192.0.2.6", right)+
		line("192.0.2.7", other)+
		"@revoked "+line("*", revoked)+
		"192.0.2.8 1024 35 1234567890\n") // SSH version 1
	keys := open(t, file)
	for _, tt := range []struct {
		address string
		key     ssh.Signer
		want    failure.Reason
		says    string
	}{
		{"192.0.2.1:22", right, "", ""},
		{"192.0.2.1:22", other, failure.HostKeyChanged, file + ":3"},
		{"192.0.2.1:2222", right, "", ""}, // as OpenSSH does
		{"192.0.2.1:2222", other, failure.HostKeyUnknown, "netver_exporter hostkey scan"},
		{"192.0.2.2:22", right, "", ""},
		{"SW-2.Example:22", right, "", ""},
		{"192.0.2.3:2222", right, "", ""},
		{"192.0.2.3:22", right, failure.HostKeyUnknown, ""},
		{"192.0.2.4:22", right, "", ""},
		{"192.0.2.4:22", other, failure.HostKeyChanged, file + ":6"},
		{"192.0.2.5:2222", right, "", ""},
		{"sw-9.example:22", right, "", ""},
		{"bad.example:22", right, failure.HostKeyUnknown, ""},
		{"[2001:db8::1]:22", right, "", ""},
		{"[2001:db8::1]:2222", right, "", ""},
		{"192.0.2.6:22", right, "", ""},
		{"192.0.2.6:22", other, "", ""},
		{"192.0.2.7:22", right, failure.HostKeyChanged, "netver_exporter hostkey accept"},
		{"192.0.2.8:22", right, failure.HostKeyUnknown, ""},
		{"sw-9.example:22", other, failure.HostKeyChanged, "correct the line"},
		{"192.0.2.4:2222", right, "", ""},
		{"192.0.2.1:22", other, failure.HostKeyChanged, ssh.FingerprintSHA256(right.PublicKey())},
		{"192.0.2.1:22", other, failure.HostKeyChanged, ssh.FingerprintSHA256(other.PublicKey())},
		{"192.0.2.1:22", revoked, failure.HostKeyRevoked, file + ":13 (ssh-ed25519 " + ssh.FingerprintSHA256(revoked.PublicKey())},
	} {
		err := keys.check(Strict, tt.address, tt.key.PublicKey(), false)
		if got := reasonOf(err); got != tt.want {
			t.Errorf("%s: %v, want reason %q", tt.address, err, tt.want)
		}
		if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: error %v, want it to say %q", tt.address, err, tt.says)
		}
	}
}

func TestHostCertificates(t *testing.T) {
	authority, stranger, banned, host, known, lost := newSigner(t), newSigner(t), newSigner(t), newSigner(t), newSigner(t), newSigner(t)
	certificate := func(key, by ssh.Signer, principal string, until time.Duration) ssh.PublicKey {
		cert := &ssh.Certificate{
			Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{"other", principal},
			ValidBefore: uint64(time.Now().Add(until).Unix()),
		}
		if err := cert.SignCert(rand.Reader, by); err != nil {
			t.Fatal(err)
		}
		return cert
	}
	file := writeFile(t, "@cert-authority "+line("*.example", authority)+
		"@cert-authority "+line(knownhosts.HashHostname("sw-3.test"), authority)+
		"@cert-authority "+line("*.example", banned)+
		line("sw-7.example,sw-2.test", known)+
		"@revoked "+line("*", banned)+"@revoked "+line("*", lost))
	keys := open(t, file)
	for _, tt := range []struct {
		name    string
		address string
		key     ssh.PublicKey
		want    failure.Reason
		says    string
	}{
		{"right", "sw-1.example:22", certificate(host, authority, "sw-1.example", time.Hour), "", ""},
		{"upper case", "SW-1.Example:22", certificate(host, authority, "sw-1.example", time.Hour), "", ""},
		{"principal by a pattern", "sw-1.example:22", certificate(host, authority, "*.example", time.Hour), failure.HostKeyUnknown, "*.example"}, // as OpenSSH
		{"a port of its own", "sw-1.example:2222", certificate(host, authority, "sw-1.example", time.Hour), "", ""},
		{"authority of a hashed name", "sw-3.test:22", certificate(host, authority, "sw-3.test", time.Hour), "", ""},
		{"of another host", "sw-1.example:22", certificate(host, authority, "sw-2.example", time.Hour), failure.HostKeyUnknown, "sw-2.example"},
		{"expired", "sw-1.example:22", certificate(host, authority, "sw-1.example", -time.Hour), failure.HostKeyUnknown, "expired"},
		{"by a stranger", "sw-1.example:22", certificate(host, stranger, "sw-1.example", time.Hour), failure.HostKeyUnknown, "authority"},
		{"outside the authority's hosts", "sw-1.test:22", certificate(host, authority, "sw-1.test", time.Hour), failure.HostKeyUnknown, "authority"},
		{"expired, of a known key", "sw-7.example:22", certificate(known, authority, "sw-7.example", -time.Hour), "", ""},
		{"by a stranger, of a known key", "sw-7.example:22", certificate(known, stranger, "sw-7.example", time.Hour), "", ""},
		{"by a stranger, of another key", "sw-7.example:22", certificate(host, stranger, "sw-7.example", time.Hour), failure.HostKeyChanged, file + ":4"},
		{"by a revoked authority", "sw-1.example:22", certificate(host, banned, "sw-1.example", time.Hour), failure.HostKeyRevoked, file + ":5"},
		{"by a revoked authority, of a known key", "sw-7.example:22", certificate(known, banned, "sw-7.example", time.Hour), failure.HostKeyRevoked, file + ":5"},
		{"of a revoked key", "sw-1.example:22", certificate(lost, authority, "sw-1.example", time.Hour), failure.HostKeyRevoked, file + ":6"},
	} {
		err := keys.check(Strict, tt.address, tt.key, false)
		if got := reasonOf(err); got != tt.want || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want reason %q and %q", tt.name, err, tt.want, tt.says)
		}
	}
}

func TestCertificateBySHA1(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	keys := open(t, writeFile(t, "@cert-authority "+line("*.example", authority)))
	for algorithm, want := range map[string]failure.Reason{ssh.KeyAlgoRSA: failure.HostKeyUnknown, ssh.KeyAlgoRSASHA256: ""} {
		by, err := ssh.NewSignerWithAlgorithms(authority.(ssh.AlgorithmSigner), []string{algorithm})
		if err != nil {
			t.Fatal(err)
		}
		cert := &ssh.Certificate{Key: newSigner(t).PublicKey(), CertType: ssh.HostCert, ValidBefore: ssh.CertTimeInfinity}
		if err := cert.SignCert(rand.Reader, by); err != nil {
			t.Fatal(err)
		}
		if got := reasonOf(keys.check(Strict, "sw-1.example:22", cert, false)); got != want {
			t.Errorf("signed by %s: %q, want %q", algorithm, got, want)
		}
		if err := keys.check(Strict, "sw-1.example:22", cert, true); err != nil {
			t.Errorf("signed by %s, legacy: %v", algorithm, err)
		}
	}
}

func TestPolicies(t *testing.T) {
	for _, c := range []Config{{HostKeys: "lax"}, {HostKeys: AcceptNew}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
	client, err := New(Config{HostKeys: Insecure, KnownHosts: []string{t.TempDir()}}) // which would be an error
	if err != nil {
		t.Fatal(err)
	}
	if err := client.checkHostKey(Target{Address: "192.0.2.1:22"}, newSigner(t).PublicKey()); err != nil {
		t.Error(err)
	}
}

func TestWildcard(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"*", "", true},
		{"a", "", false},
		{"?", "a", true},
		{"*.example", "sw-1.example", true},
		{"*.example", "example", false},
		{"sw-?.example", "sw-1.example", true},
		{"sw-?.example", "sw-12.example", false},
		{"*a*b*c", "xaxbxc", true},
		{"*a*b*c", "xaxbx", false},
		{strings.Repeat("a*", 30) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := wildcard(tt.pattern, tt.text); got != tt.want {
			t.Errorf("%q, %q: %v", tt.pattern, tt.text, got)
		}
	}
}

func FuzzKnownHosts(f *testing.F) {
	key := newSigner(f)
	f.Add(line("192.0.2.1,*.example,!bad.example", key)+line(knownhosts.HashHostname("192.0.2.1"), key)+"@revoked "+line("*", newSigner(f)), "192.0.2.1:22")
	f.Add("@cert-authority "+line("*", key), "[2001:db8::1]:2222")
	f.Add("|1|AAAA|AAAA ssh-rsa AAAA\n\n# x\n\t", "a")
	f.Fuzz(func(t *testing.T, text, address string) {
		file := knownFile{name: "known_hosts"}
		lines, warnings, err := file.parse(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		keys := &HostKeys{files: []string{file.name}, start: time.Now(), known: newKnownHosts()}
		keys.next.Store(math.MaxInt64)
		for _, w := range append(warnings, addLines(keys.known, lines)...) {
			if !strings.HasPrefix(w, "known_hosts:") {
				t.Errorf("the warning names no line: %s", w)
			}
		}
		_ = keys.check(Strict, address, key.PublicKey(), false)
		if len(keys.wish(address, false).algorithms()) < len(wish{}.algorithms()) {
			t.Error("algorithms are missing")
		}
		keys.Show(address)
		if rest, gone, err := without(text, file.name, hostName(address)); err == nil && len(gone) == 0 && rest != text {
			t.Errorf("nothing is removed, but the text changes from %q to %q", text, rest)
		}
	})
}

// The file of a large fleet must not cost more than a few microseconds a login.
func BenchmarkCheckHostKey(b *testing.B) {
	key := newSigner(b)
	var file strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&file, "[127.%d.%d.%d]:2222 %s %s\n", 1+i>>16, i>>8&255, i&255, key.PublicKey().Type(), keyText(key.PublicKey()))
	}
	keys := open(b, writeFile(b, file.String()))
	b.ReportAllocs()
	for b.Loop() {
		if err := keys.check(Strict, "127.1.80.80:2222", key.PublicKey(), false); err != nil {
			b.Fatal(err)
		}
		keys.wish("127.1.80.80:2222", false).algorithms()
	}
}
