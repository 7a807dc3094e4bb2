package transport

import (
	"strings"
)

// knownHosts finds a host's lines without reading all of them: a fleet's files have a line for every device, and each
// login would have to go through them. Only its hashed part is safe for concurrent use.
type knownHosts struct {
	names       map[string][]*knownLine // by host as written in the file: "192.0.2.1", "[192.0.2.1]:2222"
	patterns    []patternLine
	hashed      hashedHosts
	authorities []patternLine
	revoked     map[string]*knownLine // by key
}

type patternLine struct {
	hosts hostPatterns
	line  *knownLine
}

func newKnownHosts() *knownHosts {
	return &knownHosts{names: make(map[string][]*knownLine), revoked: make(map[string]*knownLine)}
}

// add adds a line, whose hosts are given as written.
func (k *knownHosts) add(hosts string, line *knownLine) error {
	switch {
	case line.mark == markRevoked: // whoever has this key may play any host
		k.revoked[line.key] = line
	case line.mark == markAuthority:
		patterns, err := parseHosts(hosts)
		if err != nil {
			return err
		}
		k.authorities = append(k.authorities, patternLine{patterns, line})
	case hosts[0] == '|':
		return k.hashed.add(hosts, line)
	case strings.ContainsAny(hosts, "*?!"):
		patterns, err := parseHosts(hosts)
		if err != nil {
			return err
		}
		line.pattern = true
		k.patterns = append(k.patterns, patternLine{patterns, line})
	default:
		for name := range strings.SplitSeq(hosts, ",") {
			name = strings.Clone(strings.ToLower(name))
			k.names[name] = append(k.names[name], line)
		}
	}
	return nil
}

// plain returns the host's lines except the hashed ones.
func (k *knownHosts) plain(host string) []*knownLine {
	lines := k.names[host]
	for _, p := range k.patterns {
		if p.hosts.match(host) {
			lines = append(lines[:len(lines):len(lines)], p.line)
		}
	}
	return lines
}

// authority returns the line of the authority whose certificates the host may show: that of the given key, or the
// first one if the key is "".
func (k *knownHosts) authority(host, key string) *knownLine {
	for _, a := range k.authorities {
		if (key == "" || a.line.key == key) && a.hosts.match(host) {
			return a.line
		}
	}
	return nil
}
