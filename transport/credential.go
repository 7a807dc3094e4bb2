package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/netver/netver_exporter/secret"
)

// Login is what an operator gives to log in with. Everything but the user name may be left out.
type Login struct {
	Username   string
	Password   secret.Value
	PrivateKey secret.Value // the key itself in PEM, not the name of its file
	Passphrase secret.Value // opens the private key
	Agent      string       // path of an SSH agent's socket
	Enable     secret.Value // for the privileged mode
	BareEnable bool         // the privileged mode asks for no secret
	Answers    []Answer     // to further hidden questions
}

// Answer is what a question beyond that for the password gets: a fixed PIN, a code that a file holds. Each is given once
// a login, and only to a line that its pattern matches.
type Answer struct {
	Ask  *regexp.Regexp
	Text secret.Value
}

// Credential proves who we are. Make it with NewCredential. It may be used by any number of sessions at once.
type Credential struct {
	Username   string
	Password   secret.Value
	Enable     secret.Value
	BareEnable bool
	Answers    []Answer

	signer     ssh.Signer // nil: no private key
	passphrase secret.Value
	agent      string
	redactor   func() *secret.Redactor // nil: made at each use
}

// NewCredential checks a login and opens its private key. Errors tell what is wrong with the key and hold nothing of it.
func NewCredential(l Login) (*Credential, error) {
	c := &Credential{
		Username: l.Username, Password: l.Password, Enable: l.Enable, BareEnable: l.BareEnable, Answers: l.Answers, passphrase: l.Passphrase, agent: l.Agent,
	}
	c.redactor = sync.OnceValue(c.newRedactor)
	if l.PrivateKey.IsZero() {
		return c, nil
	}
	var err error
	c.signer, err = openKey(l.PrivateKey, l.Passphrase)
	return c, err
}

// Answer is what the credential has for a question beyond that for the password, if it has anything.
func (c *Credential) Answer(question string) (text secret.Value, ok bool) {
	for _, a := range c.Answers {
		if a.Ask.MatchString(question) {
			return a.Text, true
		}
	}
	return secret.Value{}, false
}

// Identity is everything that proves the credential, in one value: that of another proof is another one.
func (c *Credential) Identity() secret.Value {
	parts := []string{c.Username, c.Password.Reveal(), c.agent, string(publicKey(c.signer))}
	for _, a := range c.Answers {
		parts = append(parts, a.Ask.String(), a.Text.Reveal())
	}
	return secret.New(strings.Join(parts, "\x00"))
}

// HasKey reports whether a key is tried before the password.
func (c *Credential) HasKey() bool { return c.signer != nil || c.agent != "" }

// Redactor knows every secret of the credential: what a device says may hold them.
func (c *Credential) Redactor() *secret.Redactor {
	if c.redactor == nil {
		return c.newRedactor()
	}
	return c.redactor()
}

func (c *Credential) newRedactor() *secret.Redactor {
	secrets := []secret.Value{c.Password, c.Enable, c.passphrase}
	for _, a := range c.Answers {
		secrets = append(secrets, a.Text)
	}
	return secret.NewRedactor(secrets...)
}

// publicKey returns nil for no key.
func publicKey(s ssh.Signer) []byte {
	if s == nil {
		return nil
	}
	return s.PublicKey().Marshal()
}

func openKey(key, passphrase secret.Value) (ssh.Signer, error) {
	pem := []byte(key.Reveal())
	signer, err := ssh.ParsePrivateKey(pem)
	_, locked := errors.AsType[*ssh.PassphraseMissingError](err)
	switch {
	case locked && passphrase.IsZero():
		return nil, errors.New("the private key needs a passphrase")
	case locked:
		signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(passphrase.Reveal()))
		if err != nil {
			return nil, errors.New("the passphrase does not open the private key")
		}
	case err != nil:
		// The library's own text is not passed on: it may quote what it could not read.
		return nil, errors.New("not a private key; want one in PEM, as ssh-keygen writes it")
	}
	return signer, nil
}

// agentSigners asks the agent for its keys. They sign through a connection that the caller releases after the login, or
// that the end of the context closes: an agent may wait for a person to agree.
func (c *Credential) agentSigners(ctx context.Context) (signers []ssh.Signer, release func(), err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", c.agent)
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
