package lab

import (
	"bytes"
	"context"
	"errors"
	"time"

	"golang.org/x/crypto/ssh"
)

// Login is what a device accepts, and how it asks for it.
type Login struct {
	Username     string
	Password     string // "": only the key opens; SetPassword changes it
	Manner       Manner
	Key          ssh.PublicKey // accepted beside the password; nil: every key is refused
	Enable       string        // the enable secret; "": the privileged mode is free
	Delay        time.Duration // before the answer to a password or key, as a remote AAA server makes it
	RefusalDelay time.Duration // before a refusal, besides Delay
}

// Username and Password open every device that has no Login of its own.
const (
	Username = "lab"
	Password = "lab"
)

var errDenied = errors.New("permission denied")

// SetPassword changes the password, from the next one on that a client sends. Sessions go on.
func (d *Device) SetPassword(password string) { d.password.Store(&password) }

// wants is the password that the device accepts now.
func (d *Device) wants() string { return *d.password.Load() }

// manner is how the device asks now: a fault may have one of its own.
func (d *Device) manner() *manner {
	if m := d.fault.Load().manner; m != "" {
		return m.row()
	}
	return d.asks
}

// allow completes the configuration: it lets in whom the device accepts.
func (l *link) allow(ctx context.Context, config *ssh.ServerConfig) {
	manner, passwords := l.dev.manner(), l.dev.Login.Password != ""
	interview := func(meta ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		return nil, l.interview(ctx, manner, meta.User(), ask)
	}
	if passwords && manner.password != absent {
		config.PasswordCallback = func(meta ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			switch {
			case manner.factors:
				return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{KeyboardInteractiveCallback: interview}}
			case manner.password == anything:
				return nil, nil
			}
			right := manner.password == honest && string(given) == l.dev.wants() && l.knows(meta.User())
			return nil, l.verdict(ctx, right, aPassword)
		}
	}
	if passwords && manner.keyboard != absent && !manner.factors {
		config.KeyboardInteractiveCallback = interview
	}
	config.PublicKeyCallback = func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		want := l.dev.Login.Key
		right := want != nil && bytes.Equal(want.Marshal(), key.Marshal()) && l.knows(meta.User())
		return nil, l.verdict(ctx, right, aKey)
	}
	config.NoClientAuth = manner.gates != nil && manner.password == absent
}

// interview asks the questions until the answers are right, or as often as the device's manner is.
func (l *link) interview(ctx context.Context, m *manner, user string, ask ssh.KeyboardInteractiveChallenge) error {
	questions := m.asks
	if questions == nil {
		questions = passwordOnly
	}
	texts, echos := make([]string, len(questions)), make([]bool, len(questions))
	for i, q := range questions {
		texts[i], echos[i] = q.text, q.echo
	}
	for range max(1, m.tries) {
		answers, err := ask("", "", texts, echos)
		if err != nil || len(answers) != len(questions) {
			break // the client gave no secret away
		}
		right := m.keyboard == honest && l.knows(user)
		for i, q := range questions {
			right = l.check(q, answers[i]) && right
		}
		if l.verdict(ctx, right, aPassword) == nil {
			return nil
		}
	}
	return errDenied
}

// check reports whether the answer is right, and counts a password that the question has not asked for.
func (l *link) check(q question, given string) bool {
	want := q.want
	if want == "" {
		want = l.dev.wants()
	}
	if q.want != "" || q.echo {
		l.leak(given)
	}
	return given == want
}

// leak counts what was given if it is the password. A user name may be the same word.
func (l *link) leak(given string) {
	if want := l.dev.wants(); want != "" && given == want && given != l.dev.Login.Username {
		l.count(func(c *counters) { c.leaks.Add(1) })
	}
}

// secret is what a client proves itself with.
type secret int

const (
	aPassword secret = iota
	aKey
)

// verdict takes the device's time to decide on a secret, and returns errDenied if it is not accepted. A refusal is
// counted as soon as the secret has come: a server counts it even if the client does not wait for the answer.
func (l *link) verdict(ctx context.Context, right bool, what secret) error {
	l.begin()
	fault := l.dev.fault.Load()
	delay := l.dev.Login.Delay
	if fault.slowLogin {
		delay = l.dev.pause(20 * time.Second)
	}
	if right = right && !fault.denies; !right {
		l.count(func(c *counters) {
			if what == aKey {
				c.keyRefusals.Add(1)
			} else {
				c.refusals.Add(1)
			}
		})
		delay += l.dev.Login.RefusalDelay
	}
	wait(ctx, delay)
	l.decide()
	switch {
	case right:
		l.count(func(c *counters) { c.accepted.Add(1) })
		return nil
	case l.dev.manner().hangsUp && what == aPassword:
		_ = l.conn.Close()
	}
	return errDenied
}

// begin counts a login in flight, if the connection has none.
func (l *link) begin() {
	if l.pending.CompareAndSwap(false, true) {
		l.count(func(c *counters) { c.pending.open() })
	}
}

// decide ends the login in flight. The client has not heard the verdict yet, so it cannot have begun another one because
// of it.
func (l *link) decide() {
	if l.pending.CompareAndSwap(true, false) {
		l.count(func(c *counters) { c.pending.close() })
	}
}

// knows accepts the user with the suffix that some platforms want on the name, too.
func (l *link) knows(user string) bool {
	want := l.dev.Login.Username
	return user == want || user == want+l.dev.Platform.Session.Login
}
