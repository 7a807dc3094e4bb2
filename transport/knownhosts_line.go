package transport

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"
)

// knownLine is one key of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
type knownLine struct {
	mark    string // markAuthority, markRevoked or ""
	keyType string // "ssh-ed25519"
	key     string // in base64, as written
	file    string
	line    int
	pattern bool // of several hosts, by a pattern
}

const (
	markAuthority = "@cert-authority"
	markRevoked   = "@revoked"
)

// String tells the place and the key: `known_hosts:3 (ssh-ed25519 SHA256:…)`.
func (l *knownLine) String() string { return l.export().String() }

// fingerprint of a key in base64 is written as ssh-keygen -l writes it.
func fingerprint(key string) string {
	blob, _ := base64.StdEncoding.DecodeString(key)
	sum := sha256.Sum256(blob)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// errIgnored is given for lines that have no key and need none.
var errIgnored = errors.New("no key")

// parseLine reads one line of a known_hosts file. The file's name and the number are not set. Hosts is the field as written.
func parseLine(text string) (hosts string, line *knownLine, err error) {
	fields := strings.Fields(text)
	if len(fields) == 0 || fields[0][0] == '#' {
		return "", nil, errIgnored
	}
	line = new(knownLine)
	if fields[0][0] == '@' {
		switch fields[0] {
		case markAuthority:
			line.mark = markAuthority
		case markRevoked:
			line.mark = markRevoked
		default:
			return "", nil, fmt.Errorf("unknown marker %.40q; want %s or %s", fields[0], markAuthority, markRevoked)
		}
		fields = fields[1:]
	}
	if len(fields) < 3 {
		return "", nil, errors.New("want host names, key type and key")
	}
	keyType, key := fields[1], fields[2]
	if strings.Trim(keyType, "0123456789") == "" { // a key of SSH version 1, which nobody speaks any more
		return "", nil, errIgnored
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(key)
	if err != nil || !bytes.HasPrefix(blob, wireString(keyType)) {
		return "", nil, fmt.Errorf("want a key of type %.40s in base64", keyType)
	}
	if line.mark == markAuthority {
		if _, err := ssh.ParsePublicKey(blob); err != nil {
			return "", nil, errors.New("the authority's key cannot be read")
		}
	}
	line.keyType, line.key = strings.Clone(keyType), strings.Clone(key) // not to keep the whole line in memory
	return fields[0], line, nil
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

// portless is the host of "[host]:port", or "" for a host without a port.
func portless(host string) string {
	if !strings.HasPrefix(host, "[") {
		return ""
	}
	bare, _, _ := strings.Cut(host[1:], "]:")
	return bare
}

// keyText is how known_hosts writes a key.
func keyText(key ssh.PublicKey) string { return base64.StdEncoding.EncodeToString(key.Marshal()) }

// wireString is a string as SSH sends it (RFC 4251, 5).
func wireString(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}
