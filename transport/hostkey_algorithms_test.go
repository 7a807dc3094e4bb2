package transport

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

func TestHostKeyAlgorithms(t *testing.T) {
	plain := []string{
		"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-256", "rsa-sha2-512",
	}
	for _, tt := range []struct {
		name string
		wish wish
		want []string
	}{
		{"nothing known", wish{}, plain},
		{"legacy", wish{legacy: true}, slices.Concat(plain, brokenKeys)},
		{"an RSA key", wish{known: "ssh-rsa"}, append([]string{"rsa-sha2-256", "rsa-sha2-512"}, plain[:4]...)},
		{"an RSA key, legacy", wish{known: "ssh-rsa", legacy: true}, slices.Concat([]string{"rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"}, plain[:4], except(brokenKeys, "ssh-rsa"))},
		{"a DSA key, which is not permitted", wish{known: "ssh-dss"}, plain},
		{"a type that nobody knows", wish{known: "ssh-new"}, plain},
		{"two keys", wish{known: "ecdsa-sha2-nistp384,ssh-rsa"}, []string{
			"ecdsa-sha2-nistp384", "rsa-sha2-256", "rsa-sha2-512", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521",
		}},
		{"certified", wish{certified: true}, append([]string{
			ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01,
			ssh.CertAlgoRSASHA256v01, ssh.CertAlgoRSASHA512v01,
		}, plain...)},
		{"certified, with a known key", wish{known: "ssh-rsa", certified: true, legacy: true}, slices.Concat([]string{
			ssh.CertAlgoRSASHA256v01, ssh.CertAlgoRSASHA512v01,
			ssh.CertAlgoED25519v01, ssh.CertAlgoECDSA256v01, ssh.CertAlgoECDSA384v01, ssh.CertAlgoECDSA521v01,
			"rsa-sha2-256", "rsa-sha2-512", "ssh-rsa",
		}, plain[:4], except(brokenKeys, "ssh-rsa"))},
	} {
		if diff := cmp.Diff(tt.want, tt.wish.algorithms()); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.wish.list(), tt.wish.algorithms()); diff != "" {
			t.Errorf("%s: the table differs from the rule: -want +got\n%s", tt.name, diff)
		}
	}
	if !slices.Contains(brokenKeys, ssh.KeyAlgoRSA) {
		t.Errorf("SHA-1 by RSA keys is missing among the broken ones: %v", brokenKeys)
	}
}

func except(list []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == name })
}

// What is asked for of a host goes by its lines, in this order of weight.
func TestKnownTypesComeFirst(t *testing.T) {
	authority, key := newSigner(t), newSigner(t)
	keys := open(t, writeFile(t, "@cert-authority "+line("*.example", authority)+line("sw-2.test", key)+
		"sw-3.test ssh-rsa "+hashedKey("ssh-rsa")+"\n"))
	for address, want := range map[string]string{
		"sw-1.example:22": ssh.CertAlgoED25519v01, "sw-1.example:2222": ssh.CertAlgoED25519v01,
		"sw-2.test:22": ssh.KeyAlgoED25519, "sw-3.test:22": ssh.KeyAlgoRSASHA256, "sw-3.test:2222": ssh.KeyAlgoRSASHA256,
		"new.test:22": ssh.KeyAlgoED25519,
	} {
		if got := keys.wish(address, false).algorithms()[0]; got != want {
			t.Errorf("%s is asked for %s first, want %s", address, got, want)
		}
	}
	if got := keys.wish("sw-2.test:22", false).algorithms(); slices.Contains(got, ssh.CertAlgoED25519v01) {
		t.Errorf("a certificate is asked for where no authority is known: %v", got)
	}
}
