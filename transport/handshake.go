package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// Phase is told of each part of the way to a login, with its name and when it ended: wait (only where a rate limit held the
// login back), resolve, connect, handshake, auth. The last one is that in which a login failed.
type Phase func(name string, end time.Time)

// Login connects to the target and logs in. The suffix is appended to the credential's user name. The error is a
// *failure.Error, or what the ticket says.
func (c *Client) Login(ctx context.Context, t Target, suffix string, phase Phase) (*Link, error) {
	asked := time.Now()
	if err := t.Ticket.Login(ctx); err != nil {
		return nil, err
	}
	if now := time.Now(); now.Sub(asked) > time.Millisecond {
		phase("wait", now)
	}
	l, err := c.login(ctx, t, suffix, phase)
	if errors.Is(err, errTooManyKeys) && !t.Credential.Password.IsZero() { // once more, with fewer keys
		if err := t.Ticket.Login(ctx); err != nil {
			return nil, err
		}
		l, err = c.login(ctx, t, suffix, phase)
	}
	return l, t.Credential.Redactor().Error(err)
}

// errTooManyKeys says that the server ended the login after some keys, and has not been asked about the password.
var errTooManyKeys = errors.New("the server ended the login after as many keys as it takes; private_key, or its public half, says which key of the agent comes first")

// errUnanswered says that nothing is known of the password.
var errUnanswered = errors.New("the connection ended after the password was sent")

func (c *Client) login(ctx context.Context, t Target, suffix string, phase Phase) (l *Link, err error) {
	conn, until, err := c.reach(ctx, t, phase)
	if err != nil {
		return nil, err
	}
	defer func() {
		if l == nil { // after a panic, too
			conn.Close()
		}
	}()
	h := &handshake{client: c, target: t, conn: &headConn{Conn: conn}}
	l, err = h.run(ctx, t.Credential.Username+suffix, until)
	if keyed := h.keyed.Load(); keyed != nil {
		phase("handshake", *keyed)
		phase("auth", time.Now())
	} else {
		phase("handshake", time.Now())
	}
	if err != nil {
		through, _ := conn.(*tunnel)
		return nil, through.blame(err, t.Ticket)
	}
	l.via, _ = conn.(*tunnel)
	return l, nil
}

// handshake is the way from a TCP connection to a login.
type handshake struct {
	client   *Client
	target   Target
	conn     *headConn
	verified Verified                  // of the host key
	keyed    atomic.Pointer[time.Time] // when the first key exchange was through: what follows is authentication; nil: it is not
}

var longAgo = time.Unix(1, 0)

func (h *handshake) run(ctx context.Context, user string, until time.Time) (*Link, error) {
	_ = h.conn.SetDeadline(until)
	unhook := context.AfterFunc(ctx, func() { _ = h.conn.SetDeadline(longAgo) })
	defer unhook()
	auth := &authenticator{credential: h.target.Credential, ticket: h.target.Ticket, conn: h.conn, mostKeys: h.client.tries.of(h.target)}
	conn, channels, requests, err := ssh.NewClientConn(h.conn, h.target.Address, h.config(ctx, user, auth))
	auth.done(err)
	if err != nil && ctx.Err() == nil && auth.cutOff(err) {
		h.client.tries.note(h.target, auth.offered)
		return nil, &failure.Error{Reason: failure.Auth, Doing: "log in", Err: fmt.Errorf("%w: %w", errTooManyKeys, err)}
	}
	if err != nil {
		return nil, h.classify(ctx, auth, err)
	}
	l := newLink(conn, channels, requests)
	l.TookPassword, l.Secured = auth.took, h.secured(conn)
	if !unhook() {
		l.End()
		return nil, &failure.Error{Reason: failure.Timeout, Doing: "log in", Err: ctx.Err()}
	}
	_ = h.conn.SetDeadline(time.Time{})
	return l, nil
}

func (h *handshake) config(ctx context.Context, user string, auth *authenticator) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		Config:            h.target.Algorithms.config(h.target.Legacy),
		User:              user,
		AuthCallback:      func(server *ssh.ClientAuthContext) (ssh.AuthMethod, error) { return auth.next(ctx, server) },
		ClientVersion:     "SSH-2.0-netver_exporter",
		HostKeyAlgorithms: h.client.algorithms(h.target),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if err := h.client.checkHostKey(h.target, key); err != nil {
				return err
			}
			if now := time.Now(); h.keyed.CompareAndSwap(nil, &now) { // new keys may be exchanged when the login's context has long ended
				h.verified = h.client.verified(h.target, key)
				h.toAuthentication(ctx)
			}
			return nil
		},
	}
}

// secured says what a connection has come to.
func (h *handshake) secured(conn ssh.Conn) Secured {
	agreed := conn.(ssh.AlgorithmsConnMetadata).Algorithms()
	return Secured{KeyExchange: agreed.KeyExchange, HostKey: agreed.HostKey, Cipher: agreed.Write.Cipher, Verified: h.verified}
}

// toAuthentication ends the time of the connect timeout. A login may take long, because a server behind the device
// has to be asked; that counts against the whole dialogue only.
func (h *handshake) toAuthentication(ctx context.Context) {
	end, _ := ctx.Deadline()
	_ = h.conn.SetDeadline(end)
	if ctx.Err() != nil { // it may have ended before the line above
		_ = h.conn.SetDeadline(longAgo)
	}
}

// classify finds the reason of a handshake that failed.
func (h *handshake) classify(ctx context.Context, auth *authenticator, err error) error {
	if e, ok := errors.AsType[*failure.Error](err); ok {
		return e
	}
	if errors.Is(err, logins.ErrWait) {
		return logins.ErrWait
	}
	late := ctx.Err() != nil || timedOut(err) || h.conn.late.Load() // the wire's deadline may pass before the context's does
	if h.keyed.Load() != nil {
		return h.classifyLogin(late, auth, err)
	}
	different, negotiation := errors.AsType[*ssh.AlgorithmNegotiationError](err)
	fail := &failure.Error{Reason: failure.Handshake, Doing: "shake hands", Err: err}
	switch said := h.conn.said(); {
	case late:
		fail.Reason, fail.Err = failure.ConnectTimeout, errors.New("the server did not finish in time")
	case negotiation:
		fail.Reason, fail.Err = failure.Negotiation, explain(different)
	case errors.Is(err, syscall.ECONNRESET) && h.conn.head[0] == 0:
		fail.Reason, fail.Doing, fail.Transient = failure.Connect, "connect", true
	case said != "":
		fail.Err = fmt.Errorf("the server says %s, which is not SSH: %w", said, err)
		fail.Transient = strings.Contains(said, "MaxStartups")
	case h.conn.head[0] == 0 && errors.Is(err, io.EOF): // sshd at MaxStartups closes what it cannot take
		fail.Err = errors.New("the server closed the connection before it said anything")
		fail.Transient = true
	default:
		fail.Transient = errors.Is(err, syscall.ECONNRESET)
	}
	return fail
}

// classifyLogin tells a refused credential from a lost connection. A server that disconnects with a message after an
// attempt has refused it ("Too many authentication failures").
func (h *handshake) classifyLogin(late bool, auth *authenticator, err error) error {
	no, refused := errors.AsType[*refusal](err)
	switch {
	case refused:
		return &failure.Error{Reason: failure.Auth, Doing: "log in", Err: no}
	case late:
		return &failure.Error{Reason: failure.Timeout, Doing: "log in", Err: errors.New("the server did not finish in time")}
	case auth.unknown:
		return &failure.Error{Reason: failure.Auth, Doing: "log in", Err: fmt.Errorf("%w: %w", errUnanswered, err)}
	case auth.asked && (len(auth.refused) > 0 || isDisconnect(err)):
		return &failure.Error{Reason: failure.Auth, Doing: "log in", Err: err}
	case auth.asked:
		return &failure.Error{Reason: failure.Disconnect, Doing: "log in", Err: err}
	}
	return &failure.Error{Reason: failure.Handshake, Doing: "shake hands", Err: err}
}

// isDisconnect finds a server's message of disconnection, for which the library has no type.
func isDisconnect(err error) bool { return strings.Contains(err.Error(), "ssh: disconnect, reason") }
