package transport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/netver/netver_exporter/failure"
)

// generated is a known_hosts file made at random, as it is written and in the form that x/crypto reads: that package takes
// upper case as it is, and refuses a file for one bad line.
type generated struct{ text, plain string }

var (
	differentialHosts = []string{"sw-1.example", "sw-2.example", "sw-12.example", "rtr.test", "192.0.2.1", "192.0.2.12", "2001:db8::1"}
	differentialPorts = []string{"22", "2222", "830"}
	differentialFits  = []string{"*", "*.example", "sw-?.example", "192.0.2.*", "*.example,!sw-1.example", "!192.0.2.1,192.0.2.*", "sw-1*,rtr.*"}
)

func pick[T any](r *mathrand.Rand, from []T) T { return from[r.IntN(len(from))] }

// withPort writes each of a list of names or patterns as known_hosts does.
func withPort(list, port string) string {
	if port == "22" {
		return list
	}
	names := strings.Split(list, ",")
	for i, name := range names {
		bare, negated := strings.CutPrefix(name, "!")
		names[i] = "[" + bare + "]:" + port
		if negated {
			names[i] = "!" + names[i]
		}
	}
	return strings.Join(names, ",")
}

func generate(r *mathrand.Rand, keys, authorities []ssh.Signer) generated {
	var g generated
	for range r.IntN(8) {
		port := pick(r, differentialPorts)
		var hosts string
		switch r.IntN(4) {
		case 0:
			hosts = withPort(pick(r, differentialHosts), port)
		case 1:
			hosts = withPort(pick(r, differentialHosts)+","+pick(r, differentialHosts), port)
		case 2:
			hosts = knownhosts.HashHostname(withPort(pick(r, differentialHosts), port))
		case 3:
			hosts = withPort(pick(r, differentialFits), port)
		}
		key, mark := pick(r, keys), ""
		switch r.IntN(8) {
		case 0:
			mark, key = "@cert-authority ", pick(r, authorities)
		case 1:
			mark, key = "@revoked ", pick(r, slices.Concat(keys[:1], authorities[:1]))
		}
		written := hosts
		if r.IntN(4) == 0 && hosts[0] != '|' {
			written = strings.ToUpper(hosts)
		}
		if r.IntN(6) == 0 {
			g.text += pick(r, []string{"\n", "# comment\n", "nonsense\n", "@unknown * ssh-ed25519 AAAA\n", "rtr.test ssh-rsa %%\n"})
		}
		end := pick(r, []string{"\n", "\r\n", " a comment\n"})
		g.text += mark + strings.TrimSuffix(line(written, key), "\n") + end
		if hosts == "*" {
			hosts = "*,[*]:2222,[*]:830"
		}
		g.plain += mark + line(hosts, key)
	}
	return g
}

// shownKeys are keys and certificates that a host may show.
func shownKeys(t testing.TB, host string, keys, authorities []ssh.Signer) []ssh.PublicKey {
	t.Helper()
	var shown []ssh.PublicKey
	for _, key := range keys {
		shown = append(shown, key.PublicKey())
		for _, by := range authorities {
			for _, until := range []time.Duration{-time.Hour, time.Hour} {
				for _, principal := range []string{host, "elsewhere"} {
					cert := &ssh.Certificate{
						Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{principal},
						ValidBefore: uint64(time.Now().Add(until).Unix()),
					}
					if err := cert.SignCert(rand.Reader, by); err != nil {
						t.Fatal(err)
					}
					shown = append(shown, cert)
				}
			}
		}
	}
	return shown
}

// TestLikeXCrypto compares thousands of generated files with x/crypto's reading of them, with four rules of OpenSSH added
// that x/crypto does not have: a certificate that does not hold counts as its key; a host on a port of its own may have
// its line without the port; "*" fits any port; and an authority is no host key.
func TestLikeXCrypto(t *testing.T) {
	t.Parallel()
	keys, authorities := differentialSigners(t), []ssh.Signer{newSigner(t), newSigner(t)}
	shown := make(map[string][]ssh.PublicKey)
	for _, host := range differentialHosts {
		shown[host] = shownKeys(t, host, keys, authorities)
	}
	ca := map[string]bool{keyText(authorities[0].PublicKey()): true, keyText(authorities[1].PublicKey()): true}
	r := mathrand.New(mathrand.NewPCG(1, 2))
	dir := t.TempDir()
	verdicts := make(map[failure.Reason]int)
	for n := range 2000 {
		g := generate(r, keys, authorities)
		name, plain := filepath.Join(dir, "known_hosts"), filepath.Join(dir, "plain")
		for file, text := range map[string]string{name: g.text, plain: g.plain} {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		theirs, err := knownhosts.New(plain)
		if err != nil {
			t.Fatalf("%v:\n%s", err, g.plain)
		}
		ours := open(t, name)
		for range 20 {
			host, port := pick(r, differentialHosts), pick(r, differentialPorts)
			key := pick(r, shown[host])
			address := net.JoinHostPort(host, port)
			got := reasonOf(ours.check(Strict, address, key, false))
			want := xcrypto(theirs, host, port, key, shown[host], ca)
			if got != want {
				_, certificate := key.(*ssh.Certificate)
				t.Fatalf("file %d, %s, certificate %v: %q, want %q, of\n%s", n, address, certificate, got, want, g.text)
			}
			verdicts[got]++
		}
	}
	for _, reason := range []failure.Reason{"", failure.HostKeyUnknown, failure.HostKeyChanged, failure.HostKeyRevoked} {
		if verdicts[reason] < 1000 {
			t.Errorf("only %d of the verdicts are %q", verdicts[reason], reason)
		}
	}
}

func differentialSigners(t testing.TB) []ssh.Signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return []ssh.Signer{newSigner(t), newSigner(t), other}
}

// xcrypto is the verdict of x/crypto with the four rules. Shown are all keys and certificates of the test.
func xcrypto(check ssh.HostKeyCallback, host, port string, key ssh.PublicKey, shown []ssh.PublicKey, ca map[string]bool) failure.Reason {
	verdict := func(port string, key ssh.PublicKey) failure.Reason {
		err := check(net.JoinHostPort(host, port), &net.TCPAddr{}, key)
		wrong, isKey := errors.AsType[*knownhosts.KeyError](err)
		_, isRevoked := errors.AsType[*knownhosts.RevokedError](err)
		switch {
		case err == nil:
			return ""
		case isRevoked, strings.Contains(fmt.Sprint(err), "revoked"):
			return failure.HostKeyRevoked
		case isKey && slices.ContainsFunc(wrong.Want, func(k knownhosts.KnownKey) bool { return !ca[keyText(k.Key)] }):
			return failure.HostKeyChanged
		}
		return failure.HostKeyUnknown
	}
	cert, ok := key.(*ssh.Certificate)
	if ok {
		if verdict(port, cert.SignatureKey) == failure.HostKeyRevoked { // x/crypto asks first whether it is an authority here
			return failure.HostKeyRevoked
		}
		anyAuthority := slices.ContainsFunc(shown, func(key ssh.PublicKey) bool {
			_, certificate := key.(*ssh.Certificate)
			err := check(net.JoinHostPort(host, port), &net.TCPAddr{}, key)
			return certificate && !strings.Contains(fmt.Sprint(err), "no authorities")
		})
		p := port
		if !anyAuthority {
			p = "22"
		}
		if v := verdict(p, cert); v == "" || v == failure.HostKeyRevoked {
			return v
		}
		key = cert.Key
	}
	v := verdict(port, key)
	if v == failure.HostKeyUnknown && verdict("22", key) == "" {
		return ""
	}
	return v
}
