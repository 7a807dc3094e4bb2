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

// The same holds for the secrets of sources.
func TestSecretsOfSourcesStaySecret(t *testing.T) {
	const password = "hunter2"
	known, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{
		"http_sd: [{url: 'http://127.0.0.9:1', basic_auth: {username: u, password: S}}]",
		"http_sd: [{url: 'http://127.0.0.9:1', authorization: {credentials: S}}]",
		"http_sd: [{url: 'http://127.0.0.9:1', http_headers: {X-Key: {secrets: [S]}}}]",
		"http_sd: [{url: 'http://127.0.0.9:1', oauth2: {client_id: a, client_secret: S, token_url: 'http://127.0.0.9:1'}}]",
		"http_sd: [{url: 'http://u:S@127.0.0.9:1'}]",
		"http_sd: [{url: 'http://127.0.0.9:1/%S'}]",
		"netbox: [{url: 'http://127.0.0.9:1', token: S}]",
		"netbox: [{url: 'http://127.0.0.9:1', token: {S: x}}]",
		"oxidized: [{url: 'http://127.0.0.9:1', token: S}]",
		"nautobot: [{url: 'http://127.0.0.9:1', token: [S]}]",
	} {
		text := "ssh: {host_keys: insecure}\ncredentials: {netops: {username: netops, password: x}}\n" +
			"groups: [{name: a, platform: cisco_ios, credentials: netops, " + strings.ReplaceAll(source, "S", password) + "}]\n"
		p, err := parse([]byte(text), known, environment)
		dumps := []string{fmt.Sprint(err), fmt.Sprintf("%#v", err)}
		if p != nil {
			for _, g := range p.Config.Groups {
				for _, s := range g.Sources {
					dumps = append(dumps, fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s.Source))
				}
				dumps = append(dumps, fmt.Sprintf("%+v", g), fmt.Sprintf("%#v", g))
			}
			dumps = append(dumps, fmt.Sprint(p.Gather(t.Context())), fmt.Sprintf("%+v", p))
		}
		for _, dump := range dumps {
			if strings.Contains(dump, password) {
				t.Errorf("%s shows the secret:\n%s", source, dump)
			}
		}
	}
}
