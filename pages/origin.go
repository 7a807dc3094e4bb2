package pages

import (
	"strings"

	"github.com/netver/netver_exporter/poll"
)

// Origin is what is known of a device without asking it: where the inventory has it from, and its host keys.
type Origin struct {
	Source   string    // "config", or the name of the source; "": it is in the inventory no more
	Place    string    // in the source: "config.yml:12", or an address and what stands there
	HostKeys []HostKey // that the known_hosts files have for its address
}

// HostKey is a line of a known_hosts file.
type HostKey struct {
	Type        string // "ssh-ed25519"
	Fingerprint string // "SHA256:…"
	Mark        string // "@cert-authority" or "@revoked"; "": the key is the host's own
	Place       string // "known_hosts:3"
}

// markTexts say what a marked key is.
var markTexts = map[string]string{"@cert-authority": "authority ", "@revoked": "revoked "}

// facts are the lines about it.
func (o *Origin) facts(s *poll.Status) (all []fact) {
	if s.Device.HostKeys == "insecure" {
		all = append(all, fact{"Host key", "not checked (insecure)"})
	} else {
		for _, k := range o.HostKeys {
			all = append(all, fact{"Host key", markTexts[k.Mark] + k.Type + " " + k.Fingerprint})
		}
	}
	switch kind, _, _ := strings.Cut(o.Source, ":"); {
	case kind == "config":
		all = append(all, fact{"Source", o.Place})
	case o.Place != "": // which has what the source is named after
		all = append(all, fact{"Source", kind + " " + o.Place})
	}
	return all
}
