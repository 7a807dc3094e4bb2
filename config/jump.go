package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/strictyaml"
)

// jumpHosts completes the jump hosts, and reports chains that lead nowhere.
func (l *loader) jumpHosts(written map[string]JumpHost, c *Config) map[string]JumpHost {
	made := make(map[string]JumpHost, len(written))
	for _, name := range slices.Sorted(maps.Keys(written)) {
		j, at := written[name], strictyaml.At("jump_hosts", name)
		if err := inventory.CheckName(name); err != nil {
			l.document.Fault(at, "%v", err)
		}
		address, err := inventory.ParseAddress(j.Address)
		if err != nil {
			l.document.Fault(l.document.Nearest(at.Child("address")), "%v", err)
		}
		j.Address = address
		if j.Credentials == "" {
			l.document.Fault(l.document.Nearest(at.Child("credentials")), "credentials are missing; name those of the jump host")
		} else if _, ok := c.Credentials[j.Credentials]; !ok && !l.document.Explained(strictyaml.At("credentials")) {
			l.document.Fault(l.document.Nearest(at.Child("credentials")), "unknown credential %q%s", j.Credentials,
				strictyaml.Suggest(j.Credentials, slices.Sorted(maps.Keys(c.Credentials))))
		}
		l.atOnce(at.Child("max_sessions"), j.MaxSessions, "any number")
		j.Algorithms = j.Algorithms.over(c.SSH.Algorithms)
		if j.HostKeys == "" {
			j.HostKeys = c.SSH.HostKeys
		} else {
			l.hostKeys(j.HostKeys, at.Child("host_keys"))
		}
		if chain, ok := chainOf(name, written); !ok {
			l.document.Fault(at.Child("jump"), "the chain of jump hosts goes round in circles: %s", strings.Join(chain, ", "))
		}
		l.jump(j.Jump, written, at.Child("jump"))
		made[name] = j
	}
	return made
}

// jump checks the name of a jump host; "" is none.
func (l *loader) jump(name string, known map[string]JumpHost, at *strictyaml.Path) {
	if _, ok := known[name]; !ok && name != "" {
		l.document.Fault(at, "unknown jump host %q%s", name, strictyaml.Suggest(name, slices.Sorted(maps.Keys(known))))
	}
}

// chainOf follows a jump host to the first one of its chain; ok is false if it comes back to one that it has passed.
func chainOf(name string, known map[string]JumpHost) (chain []string, ok bool) {
	for name != "" {
		if slices.Contains(chain, name) {
			return append(chain, name), false
		}
		chain = append(chain, name)
		name = known[name].Jump
	}
	return chain, true
}
