package transport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// The authentication methods that we know (RFC 4252, RFC 4256).
const (
	byKey      = "publickey"
	byPassword = "password"
	byQuestion = "keyboard-interactive"
)

// authenticator proves a credential to one server. It chooses the methods itself, so that the outcome is known and need not
// be guessed from the library's text, and so that the door is asked before each secret: password and keyboard-interactive
// put the same secret before the server, which counts them as two.
type authenticator struct {
	credential *Credential
	ticket     *logins.Ticket
	conn       *headConn
	mostKeys   int // to be offered to the server

	keys    []ssh.Signer // to offer, in this order; nil: they have not been needed yet
	offered int          // of them
	secrets bool         // the door was asked for a secret
	release func()       // lets go of the agent; nil: it was not needed
	asked   bool         // something was put before the server
	permits string       // the method by which the door lets the password be sent; "": none
	sent    bool         // it was sent, or another secret of the credential, and nothing is known of it
	typed   bool         // it was, by keyboard-interactive
	took    bool         // the server has accepted it
	refused []string     // methods that the server said no to
	answers []string     // questions that have had an answer of the credential
	stop    error        // why it makes no sense to go on
	unknown bool         // the login ended after the password was sent, without an answer
}

// refusal is a login that the server did not accept.
type refusal struct{ text string }

func (r *refusal) Error() string { return r.text }

var errBroken = errors.New("the connection ended during authentication")

// next is an ssh.ClientAuthCallback, but for the context: it picks the method to try next.
func (a *authenticator) next(ctx context.Context, server *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	switch {
	case ctx.Err() != nil: // what was not finished was not refused
		return nil, ctx.Err()
	case a.conn.broken.Load():
		return nil, errBroken
	}
	a.refused = slices.Compact(slices.DeleteFunc(server.TriedMethods, func(m string) bool { return m == "none" })) // one key after the other
	a.judge(server)
	if a.stop != nil {
		return nil, a.stop
	}
	if key := a.nextKey(ctx, server); key != nil {
		a.asked = true
		return ssh.PublicKeys(key), nil
	}
	switch {
	case ctx.Err() != nil: // the agent did not answer in time
		return nil, ctx.Err()
	case a.stop != nil:
		return nil, a.stop
	}
	for _, method := range a.methods() {
		if !slices.Contains(server.AllowedMethods, method) ||
			slices.Contains(server.TriedMethods, method) || slices.Contains(server.PartialSuccessMethods, method) {
			continue
		}
		a.secrets = true
		if err := a.ticket.MaySend(method); err != nil {
			return nil, a.shut(err)
		}
		a.permits, a.sent, a.typed = method, method == byPassword, false
		a.asked = true
		return a.method(method), nil
	}
	if len(a.refused) == 0 {
		return nil, &refusal{fmt.Sprintf("the server takes only %s, and the credential has nothing for that",
			strings.Join(server.AllowedMethods, ", "))}
	}
	return nil, a.no()
}

// judge tells the door what the server has said to the method before.
func (a *authenticator) judge(server *ssh.ClientAuthContext) {
	if a.permits == "" {
		return
	}
	other := byPassword
	if a.permits == byPassword {
		other = byQuestion
	}
	if slices.Contains(server.AllowedMethods, other) {
		a.ticket.Other(other)
	}
	if slices.Contains(server.PartialSuccessMethods, a.permits) { // right, and the server wants more
		a.tell(logins.Accepted)
	} else {
		a.tell(logins.Refused)
	}
}

// tell gives the door its verdict, which is none if the password was not sent after all.
func (a *authenticator) tell(v logins.Verdict) {
	if !a.sent {
		v = logins.NoneSent
	}
	a.ticket.Tell(v)
	a.took = a.took || v == logins.Accepted
	a.permits, a.sent = "", false
}

// shut is the error of a login that the door ends. A second attempt that it does not permit is no more than the refusal of
// the first one.
func (a *authenticator) shut(err error) error {
	if e, ok := errors.AsType[*failure.Error](err); ok && e.Reason == failure.Auth && len(a.refused) > 0 {
		return a.no()
	}
	return err
}

func (a *authenticator) no() error {
	text := fmt.Sprintf("%s refused for user %q", strings.Join(a.refused, ", "), a.credential.Username)
	if err := a.credential.Outdated(time.Now()); err != nil {
		text += "; " + err.Error()
	}
	return &refusal{text}
}

// nextKey is the key to offer next; nil: the server takes none, or there is none left. They are offered one by one, so that an
// agent that does not sign with one of them costs no more than that one.
func (a *authenticator) nextKey(ctx context.Context, server *ssh.ClientAuthContext) ssh.Signer {
	if !a.credential.HasKey() || !slices.Contains(server.AllowedMethods, byKey) {
		return nil
	}
	if a.keys == nil {
		a.keys = a.signers(ctx)
	}
	if a.offered >= min(len(a.keys), a.mostKeys) {
		return nil
	}
	a.offered++
	return a.keys[a.offered-1]
}

func (a *authenticator) signers(ctx context.Context) []ssh.Signer {
	now := time.Now()
	if a.credential.keys.ending(now) {
		a.ticket.Outdated()
	}
	var held []ssh.Signer
	if socket := a.credential.agent; socket != "" {
		var err error
		held, a.release, err = agentSigners(ctx, socket)
		if err != nil && a.credential.Password.IsZero() && a.credential.keys.signer == nil {
			a.stop = &refusal{err.Error()}
		}
	}
	return a.credential.keys.signers(held, now)
}

// cutOff reports that the server ended the login over keys, before anything else had its turn. A connection that ends without a
// message over the first key may just be lost.
func (a *authenticator) cutOff(err error) bool {
	return !a.secrets && (a.offered > 0 && isDisconnect(err) || a.offered > 1 && a.conn.broken.Load())
}

// methods lists the ways to give the password, in the order of trying.
func (a *authenticator) methods() []string {
	switch {
	case a.credential.Password.IsZero():
		return nil
	case a.ticket.Method() == byQuestion:
		return []string{byQuestion, byPassword}
	}
	return []string{byPassword, byQuestion}
}

func (a *authenticator) method(name string) ssh.AuthMethod {
	if name == byPassword {
		return ssh.Password(a.credential.Password.Reveal())
	}
	return ssh.KeyboardInteractive(a.answer)
}

// done tells the door how the login ended, and lets go of the agent.
func (a *authenticator) done(err error) {
	if a.release != nil {
		a.release()
	}
	if a.permits == "" {
		return
	}
	_, refused := errors.AsType[*refusal](err)
	switch {
	case err == nil:
		a.tell(logins.Accepted)
	case refused:
		a.tell(logins.Refused)
	default:
		a.unknown = a.sent
		a.tell(logins.Unknown)
	}
}
