package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/netver/netver_exporter/secret"
)

// KeyError says what is wrong with a key or a certificate of a Login.
type KeyError struct {
	Setting string // private_key or certificate; not in the text
	Err     error
}

func (e *KeyError) Error() string { return e.Err.Error() }

func (e *KeyError) Unwrap() error { return e.Err }

// ErrNotYet is in what Outdated says of a certificate that needs nothing but time.
var ErrNotYet = errors.New("is not valid before")

// keys are what a credential has for authentication by public key, besides an agent's.
type keys struct {
	signer      ssh.Signer       // nil: no private key
	public      ssh.PublicKey    // of the private key, which may be an agent's; nil: none is named
	certificate *ssh.Certificate // for public; nil: none
}

// openKeys opens the private key and reads the certificate. The error is a *KeyError.
func openKeys(l Login) (k keys, err error) {
	if !l.PrivateKey.IsZero() {
		if k.signer, k.public, err = openKey(l.PrivateKey, l.Passphrase, l.Agent != ""); err != nil {
			return keys{}, &KeyError{"private_key", err}
		}
	}
	if !l.Certificate.IsZero() {
		if k.certificate, err = readCertificate(l.Certificate, k.public); err != nil {
			return keys{}, &KeyError{"certificate", err}
		}
		k.public = k.certificate.Key
	}
	return k, nil
}

// openKey opens a private key. Where there is an agent that may have it, the public half will do, and the signer is nil.
func openKey(key, passphrase secret.Value, inAgent bool) (ssh.Signer, ssh.PublicKey, error) {
	pem := []byte(key.Reveal())
	signer, err := ssh.ParsePrivateKey(pem)
	missing, locked := errors.AsType[*ssh.PassphraseMissingError](err)
	switch {
	case locked && passphrase.IsZero() && inAgent && missing.PublicKey != nil:
		return nil, missing.PublicKey, nil
	case locked && passphrase.IsZero():
		return nil, nil, errors.New("the private key needs a passphrase")
	case locked:
		signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(passphrase.Reveal()))
		if err != nil {
			return nil, nil, errors.New("the passphrase does not open the private key")
		}
	case err != nil:
		public, _, _, _, parsed := ssh.ParseAuthorizedKey(pem)
		_, certified := public.(*ssh.Certificate)
		switch {
		case parsed != nil: // the library's own text is not passed on: it may quote what it could not read
			return nil, nil, errors.New("not a private key; want one in PEM, as ssh-keygen writes it")
		case certified:
			return nil, nil, errors.New("this is a certificate, not a private key; write it as certificate")
		case !inAgent:
			return nil, nil, errors.New("this is a public key; give the private one, or agent: true if an SSH agent has it")
		}
		return nil, public, nil
	}
	return signer, signer.PublicKey(), nil
}

// readCertificate reads a user's certificate; key is that of the credential, nil if none is named.
func readCertificate(text secret.Value, key ssh.PublicKey) (*ssh.Certificate, error) {
	public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text.Reveal()))
	if err != nil {
		return nil, errors.New("not a certificate; want the line that ssh-keygen -s writes into a file …-cert.pub")
	}
	cert, ok := public.(*ssh.Certificate)
	switch {
	case !ok:
		return nil, errors.New("this is a public key without a certificate; want the line that ssh-keygen -s writes into a file …-cert.pub")
	case cert.CertType != ssh.UserCert:
		return nil, errors.New("this is the certificate of a host; want one of a user (ssh-keygen -s without -h)")
	case key != nil && !sameKey(cert.Key, key):
		return nil, fmt.Errorf("it is for another key (%s) than that of private_key (%s)", describe(cert.Key), describe(key))
	}
	return cert, nil
}

// outdated says that the certificate is of no use at a time, and why; nil: it is, or there is none.
func (k *keys) outdated(at time.Time) error {
	if k.certificate == nil {
		return nil
	}
	now := uint64(at.Unix())
	switch {
	case now < k.certificate.ValidAfter:
		return fmt.Errorf("the certificate %w %s", ErrNotYet, certificateTime(k.certificate.ValidAfter))
	case k.certificate.ValidBefore != ssh.CertTimeInfinity && now >= k.certificate.ValidBefore:
		return fmt.Errorf("the certificate has expired on %s", certificateTime(k.certificate.ValidBefore))
	}
	return nil
}

// ending reports that the certificate has run out or will soon, so that a new one may be there already.
func (k *keys) ending(at time.Time) bool {
	c := k.certificate
	if c == nil || c.ValidBefore == ssh.CertTimeInfinity {
		return false
	}
	const longest = 60 * 60
	return uint64(at.Unix())+min(longest, (c.ValidBefore-c.ValidAfter)/4) >= c.ValidBefore
}

func certificateTime(t uint64) string { return time.Unix(int64(t), 0).UTC().Format(time.RFC3339) }

// identity tells these keys from others; "": there are none.
func (k *keys) identity() string {
	switch {
	case k.certificate != nil:
		return string(k.certificate.Marshal())
	case k.public != nil:
		return string(k.public.Marshal())
	}
	return ""
}

// signers lists what the credential can prove, in the order of trying: certificate, private key, and then the agent's keys, the one
// that the credential names first among them. held are the agent's.
func (k *keys) signers(held []ssh.Signer, now time.Time) []ssh.Signer {
	var all, others []ssh.Signer
	own := k.signer
	for _, s := range held {
		switch key := certified(s.PublicKey()); {
		case key == nil: // of a type that the library cannot offer
		case k.public == nil || !sameKey(key, k.public):
			others = append(others, s)
		case !sameKey(s.PublicKey(), k.public): // a certificate
			all = append(all, s)
		case own == nil:
			own = s
		}
	}
	if own != nil {
		all = append(all, own)
	}
	if own != nil && k.certificate != nil && k.outdated(now) == nil {
		if s, err := ssh.NewCertSigner(k.certificate, own); err == nil {
			all = slices.DeleteFunc(all, func(other ssh.Signer) bool { return sameKey(other.PublicKey(), k.certificate) })
			all = slices.Insert(all, 0, s)
		}
	}
	return append(all, others...)
}

// certified is the key that a certificate is for, or the key itself; nil: the library does not know its type.
func certified(key ssh.PublicKey) ssh.PublicKey {
	parsed, err := ssh.ParsePublicKey(key.Marshal())
	if err != nil {
		return nil
	}
	if cert, ok := parsed.(*ssh.Certificate); ok {
		return cert.Key
	}
	return parsed
}

func sameKey(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// agentSigners asks the agent at a socket for its keys. They sign through a connection that the caller releases after the login,
// or that the end of the context closes: an agent may wait for a person to agree.
func agentSigners(ctx context.Context, socket string) (signers []ssh.Signer, release func(), err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, nil, fmt.Errorf("reach the SSH agent: %w", err)
	}
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	release = func() {
		unhook()
		conn.Close()
	}
	if signers, err = agent.NewClient(conn).Signers(); err != nil {
		release()
		return nil, nil, fmt.Errorf("ask the SSH agent for its keys: %w", err)
	}
	return signers, release, nil
}
