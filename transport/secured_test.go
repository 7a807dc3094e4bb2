package transport

import (
	"crypto/rand"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/secret"
)

// TestSecured has host keys that are known in several ways, and what a login tells of them.
func TestSecured(t *testing.T) {
	authority, key := newSigner(t), newSigner(t)
	certificate := func(until time.Time) ssh.Signer {
		cert := &ssh.Certificate{Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{"127.0.0.1"}, ValidBefore: uint64(until.Unix())}
		if err := cert.SignCert(rand.Reader, authority); err != nil {
			t.Fatal(err)
		}
		s, err := ssh.NewCertSigner(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const plain = ssh.KeyAlgoED25519
	known, certified := line("[127.0.0.1]:*", key), "@cert-authority "+line("127.0.0.1,[127.0.0.1]:*", authority)
	for _, tt := range []struct {
		name       string
		knownHosts string
		keys       []ssh.Signer
		policy     Policy
		want       Secured
	}{
		{"a known key", known, []ssh.Signer{key}, Strict, Secured{HostKey: plain, Verified: ByKey}},
		{"nothing is checked", known, []ssh.Signer{key}, Insecure, Secured{HostKey: plain, Verified: Unverified}},
		{"a new key", "", []ssh.Signer{key}, AcceptNew, Secured{HostKey: plain, Verified: ByKey}},
		{"a certificate", certified, []ssh.Signer{key, certificate(time.Now().Add(time.Hour))}, Strict,
			Secured{HostKey: ssh.CertAlgoED25519v01, Verified: ByCertificate}},
		{"an expired certificate of a known key", certified + known, []ssh.Signer{key, certificate(time.Now().Add(-time.Hour))}, Strict,
			Secured{HostKey: ssh.CertAlgoED25519v01, Verified: ByKey}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := startGatekeeper(t, func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("swordfish")
				g.config.KeyExchanges, g.config.Ciphers = []string{ssh.KeyExchangeECDHP256}, []string{ssh.CipherAES256GCM}
				for _, k := range tt.keys {
					g.config.AddHostKey(k)
				}
			})
			client, err := New(Config{KnownHosts: []string{writeFile(t, tt.knownHosts)}})
			if err != nil {
				t.Fatal(err)
			}
			to := Target{Address: g.address, Credential: &Credential{Username: "netops", Password: secret.New("swordfish")}, HostKeys: tt.policy}
			l, err := client.Login(t.Context(), to, "", func(string, time.Time) {})
			if err != nil {
				t.Fatal(err)
			}
			l.End()
			tt.want.KeyExchange, tt.want.Cipher = ssh.KeyExchangeECDHP256, ssh.CipherAES256GCM
			if l.Secured != tt.want {
				t.Errorf("%+v, want %+v", l.Secured, tt.want)
			}
		})
	}
}
