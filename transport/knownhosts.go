package transport

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"
)

// knownLine is one key of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
type knownLine struct {
	kind string // of the key: "ssh-ed25519"
	key  string // in base64, as written
	file string
	line int
}

func (l *knownLine) String() string { return fmt.Sprintf("%s:%d", l.file, l.line) }

// knownHosts finds a host's lines without reading all of them: a fleet's file has a line for every device, and each
// login would have to go through it.
type knownHosts struct {
	names       map[string][]*knownLine // by host as written in the file: "192.0.2.1", "[192.0.2.1]:2222"
	patterns    []patternLine
	hashed      []hashedLine
	authorities []patternLine
	revoked     map[string]*knownLine // by key
}

type patternLine struct {
	hosts hostPatterns
	line  *knownLine
}

type hashedLine struct {
	salt, hash []byte
	line       *knownLine
}

func newKnownHosts() *knownHosts {
	return &knownHosts{names: make(map[string][]*knownLine), revoked: make(map[string]*knownLine)}
}

// read adds a file. Errors name file and line.
func (k *knownHosts) read(r io.Reader, file string) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := k.add(strings.Fields(line), file, number); err != nil {
			return fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", file, number+1, err)
	}
	return nil
}

const (
	markAuthority = "@cert-authority"
	markRevoked   = "@revoked"
)

func (k *knownHosts) add(fields []string, file string, number int) error {
	mark := ""
	if fields[0][0] == '@' {
		mark, fields = fields[0], fields[1:]
	}
	if len(fields) < 3 {
		return errors.New("want host names, key type and key")
	}
	hosts, kind, key := fields[0], fields[1], fields[2]
	if isNumber(kind) { // a key of SSH version 1, which nobody speaks any more
		return nil
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(key)
	if err != nil || !bytes.HasPrefix(blob, wireString(kind)) {
		return fmt.Errorf("want a key of type %s in base64", kind)
	}
	line := &knownLine{kind: strings.Clone(kind), key: strings.Clone(key), file: file, line: number}
	switch mark {
	case "":
		return k.addHosts(hosts, line)
	case markRevoked:
		k.revoked[line.key] = line
		return nil
	case markAuthority:
		if _, err := ssh.ParsePublicKey(blob); err != nil {
			return errors.New("the authority's key cannot be read")
		}
		k.authorities = append(k.authorities, patternLine{parseHosts(hosts), line})
		return nil
	}
	return fmt.Errorf("unknown marker %q; want %s or %s", mark, markAuthority, markRevoked)
}

func (k *knownHosts) addHosts(hosts string, line *knownLine) error {
	switch {
	case hosts[0] == '|':
		h, err := parseHashed(hosts)
		if err != nil {
			return err
		}
		h.line = line
		k.hashed = append(k.hashed, h)
	case strings.ContainsAny(hosts, "*?!"):
		k.patterns = append(k.patterns, patternLine{parseHosts(hosts), line})
	default:
		for name := range strings.SplitSeq(hosts, ",") {
			k.learn(strings.ToLower(name), line)
		}
	}
	return nil
}

// learn adds a line for a host under its plain name.
func (k *knownHosts) learn(host string, line *knownLine) {
	host = strings.Clone(host)
	k.names[host] = append(k.names[host], line)
}

// plain returns the host's lines except the hashed ones, which cost too much to look through at every login.
func (k *knownHosts) plain(host string) []*knownLine {
	lines := k.names[host]
	for _, p := range k.patterns {
		if p.hosts.match(host) {
			lines = append(lines[:len(lines):len(lines)], p.line)
		}
	}
	return lines
}

// unhash returns the host's hashed lines. Every line has a salt of its own, so all have to be tried.
func (k *knownHosts) unhash(host string) []*knownLine {
	var lines []*knownLine
	for _, h := range k.hashed {
		mac := hmac.New(sha1.New, h.salt)
		mac.Write([]byte(host))
		if bytes.Equal(mac.Sum(nil), h.hash) {
			lines = append(lines, h.line)
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

// hostName is how known_hosts writes an address.
func hostName(address string) string {
	host, port, err := net.SplitHostPort(address)
	switch {
	case err != nil:
		return strings.ToLower(address)
	case port == "22":
		return strings.ToLower(host)
	}
	return "[" + strings.ToLower(host) + "]:" + port
}

// keyText is how known_hosts writes a key.
func keyText(key ssh.PublicKey) string { return base64.StdEncoding.EncodeToString(key.Marshal()) }

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// wireString is a string as SSH sends it (RFC 4251, 5).
func wireString(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// parseHashed reads "|1|salt|hash".
func parseHashed(field string) (hashedLine, error) {
	parts := strings.Split(field, "|")
	if len(parts) != 4 || parts[1] != "1" {
		return hashedLine{}, errors.New("want a hashed host name of the form |1|SALT|HASH")
	}
	salt, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return hashedLine{}, errors.New("the salt of the hashed host name is not base64")
	}
	hash, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil || len(hash) != sha1.Size {
		return hashedLine{}, errors.New("the hash of the host name is not one of SHA-1 in base64")
	}
	return hashedLine{salt: salt, hash: hash}, nil
}
