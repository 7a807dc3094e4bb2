package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/strictyaml"
)

// FuzzJumpHosts has each of some jump hosts name another one, or none, before it: a configuration without a problem has no
// circle, and a problem names its line.
func FuzzJumpHosts(f *testing.F) {
	f.Add("\x00\x01\x02", "192.0.2.1", 8)      // a chain of three
	f.Add("\x02\x01", "bastion.example:22", 0) // a circle
	f.Add("\x01", "[2001:db8::1]:2222", -1)    // itself
	f.Add("\x09\x00\x00", "x y:0", 1<<40)      // one that there is not
	f.Fuzz(func(t *testing.T, before, address string, most int) {
		text := "credentials: {netops: {username: netops, password: x}}\ngroups: []\nssh: {host_keys: insecure, known_hosts: []}\njump_hosts:\n"
		for i := range len(before) {
			text += fmt.Sprintf("  hop%d: {address: %q, credentials: netops, max_sessions: %d", i+1, address, most)
			if n := before[i]; n > 0 {
				text += fmt.Sprintf(", jump: hop%d", n)
			}
			text += "}\n"
		}
		c, err := Parse("config.yml", []byte(text), func(string) (string, bool) { return "", false })
		if err == nil {
			err = c.Document.Err()
		}
		if err == nil {
			for name := range c.JumpHosts {
				if chain, ok := chainOf(name, c.JumpHosts); !ok || len(chain) > len(before) {
					t.Errorf("%s: the chain is %v, and there was no problem in\n%s", name, chain, text)
				}
			}
			return
		}
		problems, ok := errors.AsType[strictyaml.Problems](err)
		if !ok {
			t.Fatal(err)
		}
		for _, p := range problems {
			if p.Line == 0 || strings.ContainsAny(p.String(), "\n\r") {
				t.Errorf("bad problem %q of\n%s", p, text)
			}
		}
	})
}
