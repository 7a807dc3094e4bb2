package app

import (
	"slices"
	"strings"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/transport"
)

// algorithms puts lists of algorithms into the client's words.
func algorithms(a config.Algorithms) transport.Algorithms {
	return transport.Algorithms{
		KeyExchanges: strings.Join(a.Kex, ","), HostKeys: strings.Join(a.HostKeys, ","),
		Ciphers: strings.Join(a.Ciphers, ","), MACs: strings.Join(a.MACs, ","),
	}
}

// checkAlgorithms reports names that nobody knows, where they are written.
func checkAlgorithms(c *config.Config) {
	check := func(a config.Algorithms, at *strictyaml.Path) {
		for key, names := range map[string][]string{"kex": a.Kex, "host_keys": a.HostKeys, "ciphers": a.Ciphers, "macs": a.MACs} {
			place := at.Child("algorithms").Child(key)
			if !c.Document.Given(place) { // taken over from ssh.algorithms
				continue
			}
			known := transport.KnownAlgorithms(key)
			for i, name := range names {
				if slices.Contains(known, name) {
					continue
				}
				hint := strictyaml.Suggest(name, known)
				if full := name + "@openssh.com"; slices.Contains(known, full) { // the end is often left out
					hint = " (did you mean " + full + "?)"
				}
				c.Document.Fault(place.Item(i), "unknown algorithm %q%s", name, hint)
			}
		}
	}
	check(c.SSH.Algorithms, strictyaml.At("ssh"))
	for name, j := range c.JumpHosts {
		check(j.Algorithms, strictyaml.At("jump_hosts", name))
	}
	for i := range c.Groups {
		check(c.Groups[i].Algorithms, strictyaml.At("groups").Item(i))
	}
}
