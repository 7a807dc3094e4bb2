package session

import (
	"context"
	"errors"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/transport"
)

// connection is a login, with what the sessions on it share.
type connection struct {
	*transport.Link
	suffix     string // of the user name
	script     *Script
	credential *transport.Credential
	ticket     *logins.Ticket
	log        *journal
	used       bool   // a channel was open on it
	opened     bool   // a session was: the login cannot be refused any more
	lives      func() // to be called when the device reacts; nil: it is not in doubt
}

// expectLife closes the connection unless the device shows life within half of the context's time: a connection that was
// lost on the way says nothing at all, and then there must be time for a new one. A device that is merely slow, and does
// not even echo, is asked for an answer of its SSH server. The function it returns calls it off.
func (c *connection) expectLife(ctx context.Context) (callOff func()) {
	end, ok := ctx.Deadline()
	if !ok {
		return func() {}
	}
	half := time.Until(end) / 2
	lost := time.AfterFunc(half, func() { c.Close() })
	c.Running.Add(1)
	ask := time.AfterFunc(half/2, func() {
		defer c.Running.Done()
		if _, _, err := c.SendRequest(transport.KeepAlive, true, nil); err == nil {
			lost.Stop()
		}
	})
	c.lives = func() {
		lost.Stop()
		if ask.Stop() {
			c.Running.Done()
		}
	}
	return c.showsLife
}

// showsLife notes that the device has reacted.
func (c *connection) showsLife() {
	if c.lives != nil {
		c.lives()
		c.lives = nil
	}
}

// end closes the connection and waits until nobody uses it any more.
func (c *connection) end() {
	c.showsLife()
	c.End()
}

// channel opens a session channel. Its requests are the caller's to read.
func (c *connection) channel(ctx context.Context) (ssh.Channel, <-chan *ssh.Request, error) {
	const doing = "open a session"
	unhook := context.AfterFunc(ctx, func() { c.Close() })
	defer unhook()
	ch, requests, err := c.OpenChannel("session", nil)
	if c.used && isRefusal(err) {
		c.roundTrip()
		ch, requests, err = c.OpenChannel("session", nil)
	}
	switch {
	case err == nil:
		c.used = true
		c.showsLife()
		return ch, requests, nil
	case c.used && ctx.Err() == nil:
		return nil, nil, usedUp(doing)
	case isRefusal(err):
		return nil, nil, &failure.Error{Reason: failure.Session, Doing: doing, Err: err, Transient: true}
	}
	return nil, nil, failure.Broken(ctx, doing, err)
}

func isRefusal(err error) bool {
	_, refused := errors.AsType[*ssh.OpenChannelError](err)
	return refused
}

// open notes that a session is open, whatever was said of the login before.
func (c *connection) open() {
	if c.TookPassword && !c.opened {
		c.ticket.Tell(logins.Accepted)
	}
	c.opened = true
	c.ticket.Confirm()
}

// roundTrip gives the server time to free a session that has been closed: OpenSSH does so a little after it has confirmed
// the closing, and until then one with MaxSessions 1 has no room. A server that does not answer is left.
func (c *connection) roundTrip() {
	const longest = time.Second
	limit := time.AfterFunc(longest, func() { c.Close() })
	defer limit.Stop()
	_, _, _ = c.SendRequest(transport.KeepAlive, true, nil)
}

// usedUp says that the device served a command and then no more, as IOS does.
func usedUp(doing string) *moveOn {
	return &moveOn{failure: &failure.Error{
		Reason: failure.Disconnect, Doing: doing, Err: errors.New("the device closed the connection after the command before"),
	}}
}

var (
	errEnded = errors.New("the device ended the session")
	errLimit = errors.New("the device printed more than the limit")
)

// broken classifies an error that arose once the login was done.
func broken(ctx context.Context, doing string, err error) error {
	if errors.Is(err, errLimit) {
		return &failure.Error{Reason: failure.OutputLimit, Doing: doing, Err: err}
	}
	return failure.Broken(ctx, doing, err)
}
