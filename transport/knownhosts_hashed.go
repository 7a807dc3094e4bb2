package transport

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// hashedName is a host name of which the file has only a hash with a salt of its own: "|1|SALT|HASH".
type hashedName struct {
	salt string
	hash [sha1.Size]byte
}

func parseHashed(field string) (*hashedName, error) {
	parts := strings.Split(field, "|")
	if len(parts) != 4 || parts[1] != "1" {
		return nil, errors.New("want a hashed host name of the form |1|SALT|HASH")
	}
	salt, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(salt) > sha1.BlockSize {
		return nil, errors.New("the salt of the hashed host name is not base64 of at most 64 bytes")
	}
	hash, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil || len(hash) != sha1.Size {
		return nil, errors.New("the hash of the host name is not one of SHA-1 in base64")
	}
	return &hashedName{salt: string(salt), hash: [sha1.Size]byte(hash)}, nil
}

func (n *hashedName) is(host string) bool {
	return len(host) <= longestHost && hmacSHA1(n.salt, host) == n.hash
}

// longestHost bounds the names of hosts, in bytes: a name has at most 253, and the port and its brackets 8.
const longestHost = 261

// hmacSHA1 is HMAC (RFC 2104) with a key of at most one block and without allocations: it takes a third of the time of
// crypto/hmac, and it is called for each pair of line and host.
func hmacSHA1(key, text string) [sha1.Size]byte {
	var inner [sha1.BlockSize + longestHost]byte
	var outer [sha1.BlockSize + sha1.Size]byte
	for i := range sha1.BlockSize {
		inner[i], outer[i] = 0x36, 0x5c
	}
	for i := range len(key) {
		inner[i] ^= key[i]
		outer[i] ^= key[i]
	}
	n := copy(inner[sha1.BlockSize:], text)
	sum := sha1.Sum(inner[:sha1.BlockSize+n])
	copy(outer[sha1.BlockSize:], sum[:])
	return sha1.Sum(outer[:])
}

// hashedHosts are the lines with hashed names. To find a host's lines, its name has to be hashed with the salt of every
// line, so three rules keep the work of a fleet small: a line whose host was found is compared with no other host; a
// key that a host shows is looked for by the key, which costs one hash; and what was looked for is remembered. The zero value has no
// lines. It is safe for concurrent use.
type hashedHosts struct {
	mu       sync.Mutex
	count    int
	byKey    map[string][]*hashedLine
	open     map[string]*openLines // by key type
	owned    map[string][]*knownLine
	searched map[string]search // by host
}

type hashedLine struct {
	name *hashedName
	line *knownLine
	host atomic.Pointer[string] // nil: not found out yet
}

// openLines are lines whose host is not known, and a few whose host was found since the list was made.
type openLines struct {
	lines []*hashedLine
	found int
}

// search is among how many lines a host was looked for: for all of its lines, and for one of any of keyTypes in vain.
type search struct{ all, vain int }

func (h *hashedHosts) add(field string, line *knownLine) error {
	name, err := parseHashed(field)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byKey == nil {
		h.byKey, h.open = make(map[string][]*hashedLine), make(map[string]*openLines)
		h.owned, h.searched = make(map[string][]*knownLine), make(map[string]search)
	}
	one := &hashedLine{name: name, line: line}
	h.byKey[line.key] = append(h.byKey[line.key], one)
	open := h.open[line.keyType]
	if open == nil {
		open = new(openLines)
		h.open[line.keyType] = open
	}
	open.lines = append(open.lines, one)
	h.count++
	return nil
}

// inherit takes over which lines are whose, found out before the files were read again.
func (h *hashedHosts) inherit(from *hashedHosts) {
	from.mu.Lock()
	hosts := make(map[hashedName]*string)
	for _, lines := range from.byKey {
		for _, l := range lines {
			if host := l.host.Load(); host != nil {
				hosts[*l.name] = host
			}
		}
	}
	from.mu.Unlock()
	for _, lines := range h.byKey {
		for _, l := range lines {
			if host := hosts[*l.name]; host != nil {
				h.found(l, *host)
			}
		}
	}
}

// is tells whether the line is the host's.
func (h *hashedHosts) is(l *hashedLine, host string) bool {
	if known := l.host.Load(); known != nil {
		return *known == host
	}
	if !l.name.is(host) {
		return false
	}
	h.found(l, host)
	return true
}

func (h *hashedHosts) found(l *hashedLine, host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !l.host.CompareAndSwap(nil, &host) {
		return
	}
	h.owned[host] = append(h.owned[host], l.line)
	open := h.open[l.line.keyType]
	if open.found++; open.found > len(open.lines)/16 {
		open.found = 0
		lines := open.lines
		open.lines = make([]*hashedLine, 0, len(lines))
		for _, l := range lines {
			if l.host.Load() == nil {
				open.lines = append(open.lines, l)
			}
		}
	}
}

// has tells whether the host has the key. It costs one hash for each line with the key: mostly one.
func (h *hashedHosts) has(host, key string) bool {
	h.mu.Lock()
	lines := h.byKey[key]
	h.mu.Unlock()
	return slices.ContainsFunc(lines, func(l *hashedLine) bool { return h.is(l, host) })
}

// lines returns the host's lines. The first call for a host costs a hash for each line whose host is not known.
func (h *hashedHosts) lines(host string) []*knownLine {
	h.mu.Lock()
	defer h.mu.Unlock()
	count, done := h.count, h.searched[host]
	if done.all == count {
		return h.owned[host]
	}
	var open [][]*hashedLine
	for _, o := range h.open {
		open = append(open, o.lines)
	}
	h.mu.Unlock()
	for _, lines := range open {
		for _, l := range lines {
			h.is(l, host)
		}
	}
	h.mu.Lock()
	h.searched[host] = search{count, done.vain}
	return h.owned[host]
}

// keyTypes returns the types of the host's keys, as wish.known has them, as far as they are known without looking through
// all lines: if all lines have one type that type, else the best type that the host has.
func (h *hashedHosts) keyTypes(host string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	count, done, owned := h.count, h.searched[host], h.owned[host]
	switch {
	case len(owned) > 0:
		return typesOf(owned)
	case done.all == count || done.vain == count:
		return ""
	}
	if len(h.open) == 1 {
		for only := range h.open {
			return only
		}
	}
	open := make([][]*hashedLine, len(keyTypes))
	for i, t := range keyTypes {
		if o := h.open[t]; o != nil {
			open[i] = o.lines
		}
	}
	h.mu.Unlock()
	best := h.bestType(open, host)
	h.mu.Lock()
	if best == "" {
		h.searched[host] = search{done.all, count}
	}
	return best
}

// bestType ends at the first line that is the host's.
func (h *hashedHosts) bestType(open [][]*hashedLine, host string) string {
	for i, lines := range open {
		if slices.ContainsFunc(lines, func(l *hashedLine) bool { return h.is(l, host) }) {
			return keyTypes[i]
		}
	}
	return ""
}

// typesOf lists the types of keys as wish.known has them.
func typesOf(lines []*knownLine) string {
	types := ""
	for i, l := range lines {
		switch {
		case i == 0:
			types = l.keyType
		case !strings.Contains(","+types+",", ","+l.keyType+","):
			types += "," + l.keyType
		}
	}
	return types
}
