package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExposed has secrets in files that everybody may read, and in files that not everybody may.
func TestExposed(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"open": 0o644, "group": 0o640, "shut": 0o600, "key": 0o604, "token": 0o444} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("swordfish"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"cert.pub": "ssh-ed25519-cert-v01@openssh.com AAAA lab\n", "key.pub": "# of the agent\nssh-ed25519 AAAA lab\n",
		"both": "ssh-ed25519 AAAA lab\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const head = "ssh: {host_keys: strict, known_hosts: [open]}\n"
	for name, tt := range map[string]struct {
		mode   os.FileMode
		config string
		want   []string // DIR stands for the folder
	}{
		"a password in a file": {0o644, "credentials:\n  a: {username: a, password: {file: open}}\n",
			[]string{"DIR/config.yml:3: credentials.a.password.file: DIR/open holds a secret, and every user of this machine may read it; chmod o= DIR/open"}},
		"twice the same file": {0o644, "credentials:\n  a: {username: a, password: {file: open}}\n  b: {username: b, password: {file: open}}\n",
			[]string{"DIR/config.yml:3: credentials.a.password.file: DIR/open holds a secret, and every user of this machine may read it; chmod o= DIR/open"}},
		"every kind": {0o644, "credentials:\n  a:\n    username: a\n    password: {file: shut}\n    private_key: {file: key}\n    enable: {file: token}\n    answers: [{ask: x, answer: {file: open}}]\n",
			[]string{
				"DIR/config.yml:6: credentials.a.private_key.file: DIR/key holds a secret, and every user of this machine may read it; chmod o= DIR/key",
				"DIR/config.yml:7: credentials.a.enable.file: DIR/token holds a secret, and every user of this machine may read it; chmod o= DIR/token",
				"DIR/config.yml:8: credentials.a.answers[0].answer.file: DIR/open holds a secret, and every user of this machine may read it; chmod o= DIR/open",
			}},
		"a certificate and a public key": {0o644, "credentials:\n  a: {username: a, agent: true, private_key: {file: key.pub}, certificate: {file: cert.pub}}\n", nil},
		"those in the file itself":       {0o644, "credentials:\n  a: {username: a, agent: true, private_key: ssh-ed25519 AAAA lab, certificate: ssh-ed25519-cert-v01@openssh.com AAAA lab}\n", nil},
		"a certificate with its key": {0o644, "credentials:\n  a: {username: a, private_key: {file: both}, certificate: {file: cert.pub}}\n",
			[]string{"DIR/config.yml:3: credentials.a.private_key.file: DIR/both holds a secret, and every user of this machine may read it; chmod o= DIR/both"}},
		"a private key for a certificate": {0o644, "credentials:\n  a: {username: a, agent: true, certificate: {file: both}}\n",
			[]string{"DIR/config.yml:3: credentials.a.certificate.file: DIR/both holds a secret, and every user of this machine may read it; chmod o= DIR/both"}},
		"the group alone": {0o644, "credentials:\n  a: {username: a, password: {file: group}, enable: {file: shut}}\n", nil},
		"in the file itself": {0o644, "credentials:\n  a: {username: a, password: {env: A}}\n  b: {username: b, password: swordfish}\n  c: {username: c, password: swordfish}\n",
			[]string{"DIR/config.yml:4: credentials.b.password: the secret itself stands in this file, and every user of this machine may read it; chmod o= DIR/config.yml"}},
		"in the file itself, which is shut": {0o640, "credentials:\n  b: {username: b, password: swordfish}\n", nil},
		"of a source": {0o600, "credentials: {b: {username: b, password: swordfish}}\ngroups:\n  - name: a\n    platform: vyos\n    credentials: b\n    http_sd:\n      - url: http://127.0.0.9:1\n" +
			"        basic_auth: {username: a, password_file: open}\n        follow_redirects: false\n        http_headers: {X-Key: {files: [token]}}\n",
			[]string{
				"DIR/config.yml:9: groups[0].http_sd[0].basic_auth.password_file: DIR/open holds a secret, and every user of this machine may read it; chmod o= DIR/open",
				"DIR/config.yml:11: groups[0].http_sd[0].http_headers.X-Key.files[0]: DIR/token holds a secret, and every user of this machine may read it; chmod o= DIR/token",
			}},
		"in a file that is included": {0o600, "include: [more.yml]\n",
			[]string{"DIR/more.yml:3: credentials.m.password: the secret itself stands in this file, and every user of this machine may read it; chmod o= DIR/more.yml"}},
	} {
		t.Run(name, func(t *testing.T) {
			path, more := filepath.Join(dir, "config.yml"), filepath.Join(dir, "more.yml")
			for file, text := range map[string]string{path: head + tt.config, more: "\ncredentials:\n  m: {username: m, password: swordfish}\n"} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for file, mode := range map[string]os.FileMode{path: tt.mode, more: 0o644} {
				if err := os.Chmod(file, mode); err != nil {
					t.Fatal(err)
				}
			}
			c, err := Load(path, func(string) (string, bool) { return "/nonexistent", true })
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Document.Err(); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range c.Document.Warnings() {
				if strings.Contains(w, "every user") {
					got = append(got, strings.ReplaceAll(w, dir, "DIR"))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
