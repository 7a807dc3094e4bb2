package parser

import (
	"slices"

	"github.com/netver/netver_exporter/strictyaml"
)

// told checks what a definition says of the facts that it does not read, or not for everybody, against those that it reads.
func (c *compiler) told(p *Platform, w *definition) {
	p.NotTold, p.Privileged = w.NotTold, w.Needs.Privilege
	if c.document.Err() != nil {
		return
	}
	polled, names := p.polled(), append(factNames(), membersName)
	for _, list := range []struct {
		at    *strictyaml.Path
		names []string
		want  bool
		fault string
	}{
		{strictyaml.At("not_told"), w.NotTold, false, "a command that is polled tells %s"},
		{strictyaml.At("needs", "privilege"), w.Needs.Privilege, true, "no command that is polled tells %s"},
	} {
		for i, name := range list.names {
			switch {
			case !slices.Contains(names, name):
				c.document.Fault(c.document.Item(list.at, i), "%s", strictyaml.NotOneOf(name, names))
			case polled[name] != list.want:
				c.document.Fault(c.document.Item(list.at, i), list.fault, name)
			}
		}
	}
}
