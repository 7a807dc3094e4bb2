package app

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

// TestCertificates has certificates in files, and what a check says of those that are of no use.
func TestCertificates(t *testing.T) {
	t.Chdir(t.TempDir())
	newKey := func() (ssh.Signer, string) {
		_, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := ssh.NewSignerFromKey(private)
		if err != nil {
			t.Fatal(err)
		}
		block, err := ssh.MarshalPrivateKey(private, "")
		if err != nil {
			t.Fatal(err)
		}
		return signer, string(pem.EncodeToMemory(block))
	}
	authority, _ := newKey()
	own, private := newKey()
	other, _ := newKey()
	save(t, "key", private)
	save(t, "known_hosts", "")
	for name, cert := range map[string]ssh.Certificate{
		"good":  {Key: own.PublicKey(), CertType: ssh.UserCert, ValidBefore: ssh.CertTimeInfinity},
		"other": {Key: other.PublicKey(), CertType: ssh.UserCert, ValidBefore: ssh.CertTimeInfinity},
		"host":  {Key: own.PublicKey(), CertType: ssh.HostCert, ValidBefore: ssh.CertTimeInfinity},
		"soon":  {Key: own.PublicKey(), CertType: ssh.UserCert, ValidAfter: 4102444800, ValidBefore: ssh.CertTimeInfinity},
		"old":   {Key: own.PublicKey(), CertType: ssh.UserCert, ValidBefore: uint64(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Unix())},
	} {
		if err := cert.SignCert(rand.Reader, authority); err != nil {
			t.Fatal(err)
		}
		save(t, name+"-cert.pub", string(ssh.MarshalAuthorizedKey(&cert)))
	}
	const at = "config.yml:5: credentials.netops.certificate: "
	for _, tt := range []struct{ name, credential, fault, warning string }{
		{"good", "private_key: {file: key}\n    certificate: {file: good-cert.pub}", "", ""},
		{"of another key", "private_key: {file: key}\n    certificate: {file: other-cert.pub}", at +
			"it is for another key (ssh-ed25519 " + ssh.FingerprintSHA256(other.PublicKey()) + ") than that of private_key (ssh-ed25519 " + ssh.FingerprintSHA256(own.PublicKey()) + ")", ""},
		{"of a host", "private_key: {file: key}\n    certificate: {file: host-cert.pub}", at +
			"this is the certificate of a host; want one of a user (ssh-keygen -s without -h)", ""},
		{"expired", "private_key: {file: key}\n    certificate: {file: old-cert.pub}", "", at +
			"the certificate has expired on 2020-01-01T00:00:00Z; it is not offered until it has been renewed"},
		{"not valid yet", "private_key: {file: key}\n    certificate: {file: soon-cert.pub}", "", at +
			"the certificate is not valid before 2100-01-01T00:00:00Z; it is not offered until then"},
		{"a file's name for a key", "private_key: key", "config.yml:4: credentials.netops.private_key: " +
			"this is one word, not a key; if it is the name of a file, write private_key: {file: PATH}", ""},
		{"a file's name for a certificate", "private_key: {file: key}\n    certificate: good-cert.pub", at +
			"this is one word, not a certificate; if it is the name of a file, write certificate: {file: PATH}", ""},
		{"a path", "private_key: {file: key}\n    certificate: /etc/netver/cert.pub", at +
			"this is a path, not a certificate; write certificate: {file: PATH}", ""},
		{"without a key", "password: x\n    certificate: {file: good-cert.pub}", at +
			"there is no key that it is for; give private_key, or agent: true if an SSH agent has it", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			save(t, "config.yml", "credentials:\n  netops:\n    username: netops\n    "+tt.credential+
				"\nssh: {known_hosts: [known_hosts]}\ngroups: [{name: a, platform: linux, credentials: netops, devices: [192.0.2.1]}]\n")
			p, err := load("config.yml")
			fault, warning := "", ""
			if err != nil {
				fault = err.Error()
			} else if len(p.Warnings) > 0 {
				warning = strings.Join(p.Warnings, "\n")
			}
			if diff := cmp.Diff([]string{tt.fault, tt.warning}, []string{fault, warning}); diff != "" {
				t.Errorf("fault and warning (-want +got):\n%s", diff)
			}
		})
	}
}
