package transport

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

func load(t testing.TB, policy Policy, files ...string) *hostKeys {
	t.Helper()
	keys, err := loadHostKeys(policy, files)
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
	keys := load(t, Strict, file)
	for _, tt := range []struct {
		address string
		key     ssh.Signer
		want    failure.Reason
		says    string
	}{
		{"192.0.2.1:22", right, "", ""},
		{"192.0.2.1:22", other, failure.HostKeyChanged, file + ":3"},
		{"192.0.2.1:2222", right, failure.HostKeyUnknown, "ssh-keyscan"},
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
		{"192.0.2.7:22", right, failure.HostKeyChanged, "ssh-keygen -R '192.0.2.7'"},
		{"192.0.2.8:22", right, failure.HostKeyUnknown, ""},
		{"192.0.2.1:22", revoked, failure.HostKeyChanged, "revokes"},
	} {
		err := keys.check(tt.address, &net.TCPAddr{}, tt.key.PublicKey())
		if got := reasonOf(err); got != tt.want {
			t.Errorf("%s: %v, want reason %q", tt.address, err, tt.want)
		}
		if tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: error %v, want it to say %q", tt.address, err, tt.says)
		}
	}
}

func TestHostCertificates(t *testing.T) {
	authority, stranger, host := newSigner(t), newSigner(t), newSigner(t)
	certificate := func(by ssh.Signer, principal string, until time.Time) ssh.PublicKey {
		cert := &ssh.Certificate{
			Key: host.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{principal}, ValidBefore: uint64(until.Unix()),
		}
		if err := cert.SignCert(rand.Reader, by); err != nil {
			t.Fatal(err)
		}
		return cert
	}
	file := writeFile(t, "@cert-authority "+line("*.example", authority)+line("sw-2.test", host))
	keys := load(t, Strict, file)
	later := time.Now().Add(time.Hour)
	for _, tt := range []struct {
		name    string
		address string
		key     ssh.PublicKey
		want    failure.Reason
	}{
		{"right", "sw-1.example:22", certificate(authority, "sw-1.example", later), ""},
		{"of another host", "sw-1.example:22", certificate(authority, "sw-2.example", later), failure.HostKeyUnknown},
		{"expired", "sw-1.example:22", certificate(authority, "sw-1.example", time.Now().Add(-time.Hour)), failure.HostKeyUnknown},
		{"by a stranger", "sw-1.example:22", certificate(stranger, "sw-1.example", later), failure.HostKeyUnknown},
		{"outside the authority's hosts", "sw-1.test:22", certificate(authority, "sw-1.test", later), failure.HostKeyUnknown},
	} {
		if got := reasonOf(keys.check(tt.address, &net.TCPAddr{}, tt.key)); got != tt.want {
			t.Errorf("%s: reason %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := keys.algorithms("sw-1.example:22"); got[0] != certificateAlgorithms[0] {
		t.Errorf("no certificate is asked for: %v", got)
	}
	if got := keys.algorithms("sw-2.test:22"); got[0] != ssh.KeyAlgoED25519 || slices.Contains(got, certificateAlgorithms[0]) {
		t.Errorf("the known type does not come first and alone: %v", got)
	}
	keys = load(t, Strict, writeFile(t, "@cert-authority "+line("*.example", authority)+"@revoked "+line("*", host)))
	err := keys.check("sw-1.example:22", &net.TCPAddr{}, certificate(authority, "sw-1.example", later))
	wantReason(t, err, failure.HostKeyUnknown)
}

func TestKnownHostsErrorsNameTheLine(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"\n192.0.2.1\n", ":2: want host names, key type and key"},
		{"@cert-authority\n", ":1: want host names, key type and key"},
		{"192.0.2.1 ssh-ed25519 %%%\n", ":1: want a key of type ssh-ed25519 in base64"},
		{line("192.0.2.1", newSigner(t)) + strings.Replace(line("192.0.2.1", newSigner(t)), "ssh-ed25519", "ssh-rsa", 1), ":2: want a key of type ssh-rsa in base64"},
		{"@unknown " + line("192.0.2.1", newSigner(t)), `:1: unknown marker "@unknown"; want @cert-authority or @revoked`},
		{line("|1|x", newSigner(t)), ":1: want a hashed host name of the form |1|SALT|HASH"},
		{line("|1|?|AAAA", newSigner(t)), ":1: the salt of the hashed host name is not base64"},
		{line("|1|AAAA|AAAA", newSigner(t)), ":1: the hash of the host name is not one of SHA-1 in base64"},
	} {
		file := writeFile(t, tt.text)
		_, err := loadHostKeys(Strict, []string{file})
		if err == nil {
			t.Errorf("%q: no error", tt.text)
			continue
		}
		if diff := cmp.Diff("read known_hosts: "+file+tt.want, err.Error()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	if _, err := loadHostKeys("lax", nil); err == nil {
		t.Error("no error for an unknown policy")
	}
	if _, err := loadHostKeys(AcceptNew, nil); err == nil {
		t.Error("no error for accept-new without a file")
	}
}

func TestLearning(t *testing.T) {
	key := newSigner(t)
	file := writeFile(t, strings.TrimSuffix(line("192.0.2.1", key), "\n")) // another program's last line has not ended
	keys := load(t, AcceptNew, file)
	var learners sync.WaitGroup
	for i := range 20 {
		learners.Go(func() {
			address := fmt.Sprintf("192.0.2.%d:2222", 10+i%10)
			if err := keys.check(address, &net.TCPAddr{}, key.PublicKey()); err != nil {
				t.Error(err)
			}
		})
	}
	learners.Wait()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != 11 {
		t.Errorf("%d lines, want 11:\n%s", n, text)
	}
	again := load(t, Strict, file)
	for i := range 10 {
		if err := again.check(fmt.Sprintf("192.0.2.%d:2222", 10+i), &net.TCPAddr{}, key.PublicKey()); err != nil {
			t.Error(err)
		}
	}
	wantReason(t, keys.check("192.0.2.10:2222", &net.TCPAddr{}, newSigner(t).PublicKey()), failure.HostKeyChanged)

	unwritable := load(t, AcceptNew, writeFile(t, ""))
	unwritable.files[0] = filepath.Join(file, "below-a-file")
	wantReason(t, unwritable.check("192.0.2.99:22", &net.TCPAddr{}, key.PublicKey()), failure.HostKeyUnknown)
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
		keys := &hostKeys{policy: Strict, known: newKnownHosts(), unhashed: make(map[string][]*knownLine)}
		if err := keys.known.read(strings.NewReader(text), "known_hosts"); err != nil {
			if !strings.HasPrefix(err.Error(), "known_hosts:") {
				t.Errorf("the error names no line: %v", err)
			}
			return
		}
		_ = keys.check(address, &net.TCPAddr{}, key.PublicKey())
		if len(keys.algorithms(address)) < len(plainKeyAlgorithms) {
			t.Error("algorithms are missing")
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
	keys := load(b, Strict, writeFile(b, file.String()))
	b.ReportAllocs()
	for b.Loop() {
		if err := keys.check("127.1.80.80:2222", &net.TCPAddr{}, key.PublicKey()); err != nil {
			b.Fatal(err)
		}
		keys.algorithms("127.1.80.80:2222")
	}
}
