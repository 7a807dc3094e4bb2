package transport

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/secret"
)

// Login is what an operator gives to log in with. Everything but the user name may be left out.
type Login struct {
	Username    string
	Password    secret.Value
	PrivateKey  secret.Value // the key itself in PEM, not the name of its file; with an agent, its public half will do
	Certificate secret.Value // of a user, by an authority, for the private key or one of the agent's; as ssh-keygen -s writes it
	Passphrase  secret.Value // opens the private key
	Agent       string       // path of an SSH agent's socket
	Enable      secret.Value // for the privileged mode
	BareEnable  bool         // the privileged mode asks for no secret
	Answers     []Answer     // to further hidden questions
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

	keys       keys
	passphrase secret.Value
	agent      string
	redactor   func() *secret.Redactor // nil: made at each use
}

// NewCredential checks a login and opens its keys. The error is a *KeyError, and holds nothing of a secret.
func NewCredential(l Login) (*Credential, error) {
	c := &Credential{
		Username: l.Username, Password: l.Password, Enable: l.Enable, BareEnable: l.BareEnable, Answers: l.Answers, passphrase: l.Passphrase, agent: l.Agent,
	}
	c.redactor = sync.OnceValue(c.newRedactor)
	var err error
	c.keys, err = openKeys(l)
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
	parts := []string{c.Username, c.Password.Reveal(), c.agent, c.keys.identity()}
	for _, a := range c.Answers {
		parts = append(parts, a.Ask.String(), a.Text.Reveal())
	}
	return secret.New(strings.Join(parts, "\x00"))
}

// Account is what a server counts refusals of: user name, password and answers, whatever key is tried before them. Of a
// credential that sends no secret it is the Identity.
func (c *Credential) Account() secret.Value {
	if c.Password.IsZero() {
		return c.Identity()
	}
	without := Credential{Username: c.Username, Password: c.Password, Answers: c.Answers}
	return without.Identity()
}

// EnableAccount is what a server counts refusals of the enable secret of: user name and secret; zero: there is none.
func (c *Credential) EnableAccount() secret.Value {
	if c.Enable.IsZero() {
		return secret.Value{}
	}
	return secret.New("enable\x00" + c.Username + "\x00" + c.Enable.Reveal())
}

// Keys tells the keys of the credential from others. It is no secret. "": there are none.
func (c *Credential) Keys() string {
	if !c.HasKey() {
		return ""
	}
	sum := sha256.Sum256([]byte(c.agent + "\x00" + c.keys.identity()))
	return hex.EncodeToString(sum[:8])
}

// HasKey reports whether a key is tried before the password.
func (c *Credential) HasKey() bool { return c.keys.signer != nil || c.agent != "" }

// Outdated says that the certificate is of no use at a time, and why; nil: it is, or there is none.
func (c *Credential) Outdated(at time.Time) error { return c.keys.outdated(at) }

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
