package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretsOfCommands(t *testing.T) {
	for _, tc := range []struct {
		name, command, want, says string
	}{
		{"printed", `[echo, swordfish]`, "swordfish", ""},
		{"several lines", `[printf, 'a\nb\r\n']`, "a\nb", ""},
		{"no shell", `[echo, "$HOME; ls"]`, "$HOME; ls", ""},
		{"nothing", `["true"]`, "", "is empty"},
		{"fails", `[sh, -c, "echo swordfish >&2; exit 3"]`, "", "sh: it failed: exit status 3"},
		{"not there", `[/no/such/program]`, "", "cannot be run"},
		{"too much", `[head, -c, "2000000", /dev/zero]`, "", "more than a secret can be"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Parse("config.yml", []byte("credentials: {netops: {username: netops, password: {command: "+tc.command+"}}}\ngroups: []\nssh: {host_keys: insecure, known_hosts: []}\n"),
				func(string) (string, bool) { return "", false })
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Credentials["netops"].Password.Reveal(); got != tc.want {
				t.Errorf("%.40q (%d bytes), want %q", got, len(got), tc.want)
			}
			err = c.Document.Err()
			if tc.says == "" && err != nil || tc.says != "" && (err == nil || !strings.Contains(err.Error(), "password.command: ") || !strings.Contains(err.Error(), tc.says)) {
				t.Errorf("%v, want an error that says %q", err, tc.says)
			}
			if err != nil && strings.Contains(err.Error(), "swordfish") {
				t.Errorf("%v holds what the program printed", err)
			}
		})
	}
}

func TestSecretsChanged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one\n")
	environment := "one"
	c, err := Parse("config.yml", []byte("credentials:\n"+
		"  file: {username: netops, password: {file: "+file+"}}\n"+
		"  env: {username: netops, password: {env: NETOPS}}\n"+
		"  text: {username: netops, password: one}\ngroups: []\nssh: {host_keys: insecure, known_hosts: []}\n"),
		func(string) (string, bool) { return environment, true })
	if err != nil {
		t.Fatal(err)
	}
	if c.SecretsChanged("file") || c.SecretsChanged("env") || c.SecretsChanged("text") || c.SecretsChanged("nobody") {
		t.Error("changed at once")
	}
	write("one") // the line end does not count
	if c.SecretsChanged("file") {
		t.Error("a line end counts")
	}
	write("two\n")
	if !c.SecretsChanged("file") || c.SecretsChanged("env") {
		t.Error("the file has changed, the environment has not")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c.SecretsChanged("file") {
		t.Error("a file that is gone counts as changed")
	}
}
