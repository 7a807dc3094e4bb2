package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/parser"
)

// However a secret is written, rightly or wrongly, it is in no error and in no dump of the configuration.
func TestSecretsStaySecret(t *testing.T) {
	const password = "hunter2"
	shapes := []string{
		"S", `"S"`, "'S'", "{S}", "{S: x}", "{x: S}", "[S]", "[[S]]", "*S", "&S x", "!S x", "!!S x", "!S", "@S", "`S", "%S",
		"'S", `"S`, "|S", ">S", "S: x", "- S", "{{ S }}", "{env: 'S x'}", "{env: [S]}", "{env: {S: x}}", "{S: env}", "{env: S, S: x}",
		"{file: [S]}", "{env: S, file: S}", "{<<: S}", "{<<: [S]}", "{? S}", "{? [S] : S}", "{*S : x}", "?S", "\tS", "S\x00", "S\xff", "<<", "{<<: *S}",
		"\"\\S\"", "{S S: S}", "!!binary S", "!!int S", "!!map S", "#S", "[S", "{S", "S]", "S}", "---S", "\n---\nS", "\n...\nS", "|\n      S", "{password: S}",
	}
	known, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"password", "private_key", "passphrase", "enable"} {
		for _, shape := range shapes {
			text := "credentials:\n  netops:\n    username: netops\n    " + key + ": " + strings.ReplaceAll(shape, "S", password) + "\n" +
				"groups: [{name: a, platform: cisco_ios, credentials: netops, devices: [192.0.2.1]}]\n"
			p, err := parse([]byte(text), known, environment)
			for _, dump := range []string{fmt.Sprint(err), fmt.Sprintf("%#v", err), fmt.Sprintf("%+v", p), fmt.Sprintf("%#v", p)} {
				if strings.Contains(dump, password) {
					t.Errorf("%s: %s shows the secret:\n%s", key, shape, dump)
				}
			}
			if p != nil {
				for _, credential := range p.Config.Credentials {
					if dump := fmt.Sprintf("%+v %#v", credential, credential); strings.Contains(dump, password) {
						t.Errorf("%s: %s: the credential shows the secret:\n%s", key, shape, dump)
					}
				}
			}
		}
	}
}
