package transport

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// What is offered holds all that the library offers by itself, and with legacy_algorithms all that it can do.
func TestAlgorithmsUsual(t *testing.T) {
	var library ssh.Config
	library.SetDefaults()
	good, bad := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	usual, legacy := Algorithms{}.config(false), Algorithms{}.config(true)
	for _, tt := range []struct {
		name                                string
		usual, legacy, library, can, broken []string
	}{
		{"kex", usual.KeyExchanges, legacy.KeyExchanges, library.KeyExchanges, good.KeyExchanges, bad.KeyExchanges},
		{"ciphers", usual.Ciphers, legacy.Ciphers, library.Ciphers, good.Ciphers, bad.Ciphers},
		{"macs", usual.MACs, legacy.MACs, library.MACs, good.MACs, bad.MACs},
	} {
		for _, name := range slices.Concat(tt.library, tt.can) {
			if !slices.Contains(tt.usual, name) && !strings.HasSuffix(name, "@libssh.org") { // which the library adds by itself
				t.Errorf("%s: %s is not offered", tt.name, name)
			}
		}
		for _, name := range slices.Concat(tt.can, tt.broken) {
			if !slices.Contains(tt.legacy, name) {
				t.Errorf("%s: %s is not offered with legacy_algorithms", tt.name, name)
			}
		}
		if diff := cmp.Diff(tt.legacy, KnownAlgorithms(tt.name)); diff != "" {
			t.Errorf("%s: known (-offered at most +known):\n%s", tt.name, diff)
		}
	}
	if usual.KeyExchanges[0] != ssh.KeyExchangeMLKEM768X25519 {
		t.Errorf("the first key exchange is %s", usual.KeyExchanges[0])
	}
	late := []string{ssh.KeyExchangeDHGEXSHA256, ssh.InsecureKeyExchangeDHGEXSHA1}
	if got := legacy.KeyExchanges[len(legacy.KeyExchanges)-2:]; !slices.Equal(got, late) {
		t.Errorf("the last key exchanges are %v, want %v", got, late)
	}
}

func TestAlgorithmsNamed(t *testing.T) {
	a := Algorithms{KeyExchanges: "ecdh-sha2-nistp256,mlkem768x25519-sha256", HostKeys: "rsa-sha2-512,ssh-ed25519", Ciphers: "aes256-ctr"}
	c := a.config(false)
	if diff := cmp.Diff([]string{"ecdh-sha2-nistp256", "mlkem768x25519-sha256"}, c.KeyExchanges); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(macs.usual, c.MACs); diff != "" {
		t.Errorf("MACs, which are not named: %s", diff)
	}
	want := []string{"aes256-ctr", "aes128-cbc", "3des-cbc", "arcfour256", "arcfour128", "arcfour"}
	if diff := cmp.Diff(want, a.config(true).Ciphers); diff != "" {
		t.Errorf("with legacy_algorithms: %s", diff)
	}
	for _, tt := range []struct {
		wish wish
		want []string
	}{
		{wish{}, []string{"rsa-sha2-512", "ssh-ed25519"}},
		{wish{known: "ssh-ed25519"}, []string{"ssh-ed25519", "rsa-sha2-512"}},
		{wish{known: "ecdsa-sha2-nistp256"}, []string{"rsa-sha2-512", "ssh-ed25519"}},
		{wish{known: "ssh-rsa", certified: true}, []string{
			"rsa-sha2-512-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512", "ssh-ed25519",
		}},
		{wish{known: "ssh-rsa", certified: true, legacy: true}, slices.Concat([]string{
			"rsa-sha2-512-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512", "ssh-rsa", "ssh-ed25519",
		}, except(brokenKeys, "ssh-rsa"))},
	} {
		if diff := cmp.Diff(tt.want, a.hostKeys(tt.wish)); diff != "" {
			t.Errorf("host keys for %+v (-want +got):\n%s", tt.wish, diff)
		}
	}
}

// TestNegotiation has servers with which there is nothing in common. Each message names a setting with which the login works, if
// there is one.
func TestNegotiation(t *testing.T) {
	for _, tt := range []struct {
		name           string
		server         func(*ssh.ServerConfig)
		target, remedy func(*Target)
		says           []string
	}{
		{"old key exchange", func(c *ssh.ServerConfig) { c.KeyExchanges = []string{ssh.InsecureKeyExchangeDH1SHA1} },
			func(*Target) {}, func(to *Target) { to.Legacy = true },
			[]string{"for the key exchange; the server offers diffie-hellman-group1-sha1; this side offers mlkem768x25519-sha256, curve25519", "; legacy_algorithms: true would add diffie-hellman-group1-sha1"}},
		{"old cipher", func(c *ssh.ServerConfig) { c.Ciphers = []string{ssh.InsecureCipherTripleDESCBC} },
			func(*Target) {}, func(to *Target) { to.Legacy = true },
			[]string{"for the client to server cipher; the server offers 3des-cbc; ", "legacy_algorithms: true would add 3des-cbc"}},
		{"a list that is too short", func(c *ssh.ServerConfig) {
			c.KeyExchanges = []string{ssh.KeyExchangeECDHP256, ssh.InsecureKeyExchangeDH1SHA1}
		},
			func(to *Target) { to.Algorithms.KeyExchanges = ssh.KeyExchangeMLKEM768X25519 },
			func(to *Target) { to.Algorithms.KeyExchanges += "," + ssh.KeyExchangeECDHP256 },
			[]string{"this side offers mlkem768x25519-sha256; algorithms.kex would have to name ecdh-sha2-nistp256"}},
		{"a list of host keys", func(*ssh.ServerConfig) {},
			func(to *Target) { to.Algorithms.HostKeys = ssh.KeyAlgoRSASHA256 },
			func(to *Target) { to.Algorithms.HostKeys = ssh.KeyAlgoED25519 },
			[]string{"for the host key; the server offers ssh-ed25519; this side offers rsa-sha2-256; algorithms.host_keys would have to name ssh-ed25519"}},
		{"a list of MACs", func(c *ssh.ServerConfig) { c.Ciphers, c.MACs = []string{ssh.CipherAES128CTR}, []string{ssh.HMACSHA1} },
			func(to *Target) { to.Algorithms.MACs = ssh.HMACSHA256 },
			func(to *Target) { to.Algorithms.MACs = "" },
			[]string{"for the client to server MAC; ", "algorithms.macs would have to name hmac-sha1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := startGatekeeper(t, func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("swordfish")
				tt.server(&g.config)
			})
			to := Target{Address: g.address, Credential: &Credential{Username: "netops", Password: secret.New("swordfish")}}
			tt.target(&to)
			login := func() error {
				l, err := newInsecure(t).Login(t.Context(), to, "", func(string, time.Time) {})
				if err == nil {
					l.End()
				}
				return err
			}
			err := login()
			wantReason(t, err, failure.Negotiation)
			for _, says := range tt.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("error %q, want it to say %q", err, says)
				}
			}
			tt.remedy(&to)
			if err := login(); err != nil {
				t.Errorf("with what the message says: %v", err)
			}
		})
	}
}

// Names come from a device: they may be of any kind and number, and none of ours.
func TestNegotiationWithoutRemedy(t *testing.T) {
	many := make([]string, 1000)
	for i := range many {
		many[i] = "new-" + strings.Repeat("x", i)
	}
	for _, tt := range []struct {
		what   string
		theirs []string
		says   string
	}{
		{"host key", []string{"ssh-ed448"}, "the server offers ssh-ed448; this side offers a; no setting helps"},
		{"key exchange", []string{"kex-strict-s-v00@openssh.com", "ext-info-s"}, "the server offers nothing; this side offers a; no setting helps"},
		{"server to client compression", []string{"zlib"}, "no setting helps"},
		{"client to server MAC", []string{"\x1b[2J\n"}, `the server offers \x1b[2J; `},
		{"client to server MAC", many, " and 984 more; "},
	} {
		err := explain(&ssh.AlgorithmNegotiationError{What: tt.what, RequestedAlgorithms: tt.theirs, SupportedAlgorithms: []string{"a", "ext-info-c"}})
		if !strings.Contains(err.Error(), tt.says) || len(err.Error()) > 4000 {
			t.Errorf("error %q, want it to say %q", err, tt.says)
		}
	}
}
