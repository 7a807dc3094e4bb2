package transport

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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

// checkPolicy tells whether the policy is one, and has the files that it needs.
func checkPolicy(p Policy, files []string) error {
	switch p {
	case Insecure, Strict:
		return nil
	case AcceptNew:
		if len(files) == 0 {
			return fmt.Errorf("host key policy %s needs a known_hosts file to learn into", p)
		}
		return nil
	}
	return fmt.Errorf("unknown host key policy %q; want %s, %s or %s", p, Strict, AcceptNew, Insecure)
}

// checkHostKey checks the key that a target shows. The error is a *failure.Error.
func (c *Client) checkHostKey(t Target, key ssh.PublicKey) error {
	policy := c.policy(t)
	if policy == Insecure {
		return nil
	}
	return c.keys.check(policy, t.Address, key, t.Legacy)
}

// Verified says by what a host key is known.
type Verified string

// What a host key may be known by.
const (
	ByKey         Verified = "key"         // known_hosts has it
	ByCertificate Verified = "certificate" // an authority that known_hosts has for the host
	Unverified    Verified = "no"          // nothing was checked
)

// verified says by what a key is known that has been checked.
func (c *Client) verified(t Target, key ssh.PublicKey) Verified {
	cert, ok := key.(*ssh.Certificate)
	switch {
	case c.policy(t) == Insecure:
		return Unverified
	case ok && c.keys.checkCertificate(hostName(t.Address), cert, t.Legacy) == nil:
		return ByCertificate
	}
	return ByKey
}

func (c *Client) policy(t Target) Policy {
	if t.HostKeys != "" {
		return t.HostKeys
	}
	return c.config.HostKeys
}

// algorithms are those for host keys to ask a target for.
func (c *Client) algorithms(t Target) []string {
	if c.policy(t) == Insecure {
		return t.Algorithms.hostKeys(wish{legacy: t.Legacy})
	}
	return t.Algorithms.hostKeys(c.keys.wish(t.Address, t.Legacy))
}

// check checks the key that the host at an address shows. Its errors are of type *failure.Error. A certificate that does
// not hold counts as the key that it certifies, as with OpenSSH: a host that is known by its key is not lost because
// its certificate has expired, or comes from another authority.
func (h *HostKeys) check(policy Policy, address string, key ssh.PublicKey, legacy bool) error {
	h.refresh()
	host := hostName(address)
	cert, ok := key.(*ssh.Certificate)
	if !ok {
		return h.checkKey(policy, host, key)
	}
	for _, used := range []ssh.PublicKey{cert.Key, cert.SignatureKey} {
		if line := h.revoked(keyText(used)); line != nil {
			return isRevoked(fmt.Errorf("%s shows a certificate by %s for the host key %s, and %v revokes one of both; give the device another one, or remove that line if it is wrong",
				host, describe(cert.SignatureKey), describe(cert.Key), line))
		}
	}
	err := h.checkCertificate(host, cert, legacy)
	if err == nil {
		return nil
	}
	if plain := h.checkKey(policy, host, cert.Key); plain != nil {
		failed, _ := errors.AsType[*failure.Error](plain)
		return &failure.Error{Reason: failed.Reason, Doing: failed.Doing, Err: fmt.Errorf("%w; its certificate does not help: %w", failed.Err, err)}
	}
	return nil
}

func (h *HostKeys) checkKey(policy Policy, host string, key ssh.PublicKey) error {
	text := keyText(key)
	verdict := h.judge(host, key.Type(), text)
	if !errors.Is(verdict, errNew) {
		return verdict
	}
	if policy == AcceptNew {
		return h.learn(host, key.Type(), text)
	}
	return isUnknown(fmt.Errorf("no key of %s in %s; it shows %s: add it with netver_exporter hostkey scan, or use host_keys: accept-new",
		host, h.where(), describe(key)))
}

// errNew is the verdict on a key of a host that has no line at all.
var errNew = errors.New("the host has no key yet")

// judge returns nil for a key that is known, errNew, or the *failure.Error of a key that is refused under every policy.
func (h *HostKeys) judge(host, keyType, key string) error {
	if line := h.revoked(key); line != nil {
		return isRevoked(fmt.Errorf("%s shows the host key %s %s, which %v revokes; give the device another key, or remove that line if it is wrong",
			host, keyType, fingerprint(key), line))
	}
	if h.has(host, key) {
		return nil
	}
	if lines := h.lines(host); len(lines) > 0 {
		line := nearest(lines, keyType)
		remedy := "netver_exporter hostkey accept replaces the line"
		if line.pattern {
			remedy = "correct the line"
		}
		return isChanged(fmt.Errorf("%s shows another host key (%s %s) than %v; if that is right, %s",
			host, keyType, fingerprint(key), line, remedy))
	}
	if bare := portless(host); bare != "" && h.has(bare, key) { // OpenSSH takes a line without the port, too
		return nil
	}
	return errNew
}

// nearest picks the line to tell of: one of the same type, if there is any.
func nearest(lines []*knownLine, keyType string) *knownLine {
	if i := slices.IndexFunc(lines, func(l *knownLine) bool { return l.keyType == keyType }); i >= 0 {
		return lines[i]
	}
	return lines[0]
}

func (h *HostKeys) where() string {
	if len(h.files) == 0 {
		return "known_hosts, since no file is named"
	}
	return strings.Join(h.files, ", ")
}

// checkCertificate checks a host's certificate. The error says why it does not hold.
func (h *HostKeys) checkCertificate(host string, cert *ssh.Certificate, legacy bool) error {
	switch {
	case cert.CertType != ssh.HostCert:
		return errors.New("it is not one for a host")
	case !h.certifies(host, keyText(cert.SignatureKey)):
		return fmt.Errorf("no line says that %s is an authority for %s", describe(cert.SignatureKey), host)
	case cert.Signature.Format == ssh.KeyAlgoRSA && !legacy:
		return errors.New("it is signed with SHA-1")
	}
	principal := host
	if bare := portless(host); bare != "" {
		principal = bare
	}
	return new(ssh.CertChecker).CheckCert(principal, cert)
}

// certifies tells whether the key is that of an authority for the host. Any key is asked for by "". A host on a port of
// its own may have its authority in a line without the port.
func (h *HostKeys) certifies(host, key string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if bare := portless(host); bare != "" && h.known.authority(host, "") == nil {
		host = bare
	}
	return h.known.authority(host, key) != nil
}

func (h *HostKeys) revoked(key string) *knownLine {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.known.revoked[key]
}

func isUnknown(err error) error { return refused(failure.HostKeyUnknown, err) }
func isChanged(err error) error { return refused(failure.HostKeyChanged, err) }
func isRevoked(err error) error { return refused(failure.HostKeyRevoked, err) }

func refused(reason failure.Reason, err error) error {
	return &failure.Error{Reason: reason, Doing: "check the host key", Err: err}
}
