package transport

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

// Policy says what happens to a device whose host key is not known.
type Policy string

// The policies.
const (
	Strict    Policy = "strict"     // it is refused
	AcceptNew Policy = "accept-new" // its key is learned, once; a change is refused
	Insecure  Policy = "insecure"   // any key will do, at any time
)

// hostKeys checks the keys that devices show. It is safe for use by many sessions.
type hostKeys struct {
	policy Policy
	files  []string

	mu       sync.RWMutex
	known    *knownHosts
	unhashed map[string][]*knownLine // hosts whose hashed lines were looked for
}

// loadHostKeys reads the files. A file that does not exist has no keys; accept-new creates the first one when it learns.
func loadHostKeys(policy Policy, files []string) (*hostKeys, error) {
	h := &hostKeys{policy: policy, files: files, known: newKnownHosts(), unhashed: make(map[string][]*knownLine)}
	switch policy {
	case Insecure:
		return h, nil
	case Strict, AcceptNew:
	default:
		return nil, fmt.Errorf("unknown host key policy %q; want %s, %s or %s", policy, Strict, AcceptNew, Insecure)
	}
	if policy == AcceptNew && len(files) == 0 {
		return nil, fmt.Errorf("host key policy %s needs a known_hosts file to learn into", policy)
	}
	for _, file := range files {
		if err := h.load(file); err != nil {
			return nil, fmt.Errorf("read known_hosts: %w", err)
		}
	}
	return h, nil
}

func (h *hostKeys) load(file string) error {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return h.known.read(f, file)
}

// lines returns what is known of a host.
func (h *hostKeys) lines(host string) []*knownLine {
	h.mu.RLock()
	lines := h.known.plain(host)
	secret, looked := h.unhashed[host]
	hashed := len(h.known.hashed) > 0
	h.mu.RUnlock()
	if hashed && !looked {
		secret = h.known.unhash(host) // the list of hashed lines does not change after load
		h.mu.Lock()
		h.unhashed[host] = secret
		h.mu.Unlock()
	}
	return append(lines[:len(lines):len(lines)], secret...)
}

// check is an ssh.HostKeyCallback. Its errors are of type *failure.Error.
func (h *hostKeys) check(address string, remote net.Addr, key ssh.PublicKey) error {
	if h.policy == Insecure {
		return nil
	}
	host := hostName(address)
	if cert, ok := key.(*ssh.Certificate); ok {
		return h.checkCertificate(address, host, remote, cert)
	}
	text := keyText(key)
	if line := h.known.revoked[text]; line != nil {
		return changed(fmt.Errorf("%s shows a host key that %v revokes", host, line))
	}
	lines := h.lines(host)
	for _, line := range lines {
		if line.key == text {
			return nil
		}
	}
	switch {
	case len(lines) > 0:
		return changed(fmt.Errorf("%s shows another host key (%s %s) than %v; if that is right, remove the line (ssh-keygen -R '%s' -f %s)",
			host, key.Type(), ssh.FingerprintSHA256(key), nearest(lines, key.Type()), host, lines[0].file))
	case h.policy == Strict:
		return unknown(fmt.Errorf("no key of %s in %s; it shows %s %s: add it with ssh-keyscan, or use host_keys: accept-new",
			host, h.where(), key.Type(), ssh.FingerprintSHA256(key)))
	}
	return h.learn(host, key.Type(), text)
}

// checkCertificate checks a certificate. Hosts are only asked for one if an authority is known for them.
func (h *hostKeys) checkCertificate(address, host string, remote net.Addr, cert *ssh.Certificate) error {
	checker := ssh.CertChecker{
		IsHostAuthority: func(key ssh.PublicKey, _ string) bool { return h.known.authority(host, keyText(key)) != nil },
		IsRevoked: func(c *ssh.Certificate) bool {
			return h.known.revoked[keyText(c.Key)] != nil || h.known.revoked[keyText(c.SignatureKey)] != nil
		},
	}
	if err := checker.CheckHostKey(address, remote, cert); err != nil {
		return unknown(fmt.Errorf("%s shows a host certificate that the authorities in %s do not cover: %w", host, h.where(), err))
	}
	return nil
}

// nearest picks the line to tell of: one of the same type, if there is any.
func nearest(lines []*knownLine, kind string) *knownLine {
	for _, line := range lines {
		if line.kind == kind {
			return line
		}
	}
	return lines[0]
}

func (h *hostKeys) where() string {
	if len(h.files) == 0 {
		return "known_hosts, since no file is named"
	}
	return strings.Join(h.files, ", ")
}

// learn writes a new host's key down, for this run and the next ones.
func (h *hostKeys) learn(host, kind, key string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if lines := h.known.plain(host); len(lines) > 0 { // another session was faster
		if lines[0].key != key {
			return changed(fmt.Errorf("%s shows another host key than a moment ago (%v)", host, lines[0]))
		}
		return nil
	}
	if err := appendLine(h.files[0], host+" "+kind+" "+key); err != nil {
		return unknown(fmt.Errorf("the key of %s is new and cannot be learned: %w", host, err))
	}
	h.known.learn(host, &knownLine{kind: kind, key: key, file: h.files[0]})
	return nil
}

// appendLine adds a line in one write, so that other programs that append to the file do not mix theirs into it.
func appendLine(file, line string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			line = "\n" + line
		}
	}
	if _, err := f.WriteString(line + "\n"); err != nil {
		return err
	}
	return f.Close()
}

// algorithms is what to ask a device for: the kind of key that is known first, so that a device with several keys is
// not taken for another one. Certificates come only where an authority is known: without one they prove nothing.
func (h *hostKeys) algorithms(address string) []string {
	if h.policy == Insecure {
		return plainKeyAlgorithms
	}
	host := hostName(address)
	certified := h.known.authority(host, "") != nil
	lines := h.lines(host)
	if !certified && len(lines) == 0 {
		return plainKeyAlgorithms
	}
	first := make([]string, 0, len(plainKeyAlgorithms)+len(certificateAlgorithms))
	if certified {
		first = append(first, certificateAlgorithms...)
	}
	for _, line := range lines {
		first = append(first, signatures(line.kind)...)
	}
	for _, a := range plainKeyAlgorithms {
		if !slices.Contains(first, a) {
			first = append(first, a)
		}
	}
	return first
}

func unknown(err error) error {
	return &failure.Error{Reason: failure.HostKeyUnknown, Doing: "check the host key", Err: err}
}

func changed(err error) error {
	return &failure.Error{Reason: failure.HostKeyChanged, Doing: "check the host key", Err: err}
}
