package session

import (
	"context"
	"errors"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/transport"

	"time"
)

// opener is a way to get a session on a connection.
type opener struct {
	kind   kind
	suffix string // of the user name
	open   func(context.Context, *connection) (session, error)
}

// kind names an opener.
type kind string

const (
	sameKind   kind = "" // as before, on another connection
	byExec     kind = "exec"
	byShell    kind = "shell"
	plainShell kind = "shell without enable and setup"
)

// openersOf lists the ways for a script, in the order of trying; nil: its mode is not known. After the first, an opener is
// tried only when an earlier session has asked for its kind.
func openersOf(s *Script) []opener {
	exec := opener{kind: byExec, open: openExec}
	shell := opener{kind: byShell, suffix: s.Login, open: openShell}
	plain := opener{kind: plainShell, suffix: s.Login, open: openPlainShell}
	canShell := len(s.Prompt) > 0
	switch s.Mode {
	case dialogue.Exec:
		switch {
		case !canShell:
			return []opener{exec}
		case s.Lacks.Exec:
			return []opener{shell, plain}
		}
		return []opener{exec, shell, plain}
	case dialogue.Shell:
		exec.suffix = s.Login // the connection that refused the shell serves
		if s.Lacks.Shell {
			exec.suffix = ""
			return []opener{exec}
		}
		return []opener{shell, plain, exec}
	}
	return nil
}

// moveOn is the error of a session that serves no further, although the device may.
type moveOn struct {
	failure error // what to report if there is no other way
	next    kind
	lacks   Lacks // what the device has refused
}

func (m *moveOn) Error() string { return m.failure.Error() }

func (m *moveOn) Unwrap() error { return m.failure }

// connection is a login, with what the sessions on it share.
type connection struct {
	*transport.Link
	suffix     string // of the user name
	script     *Script
	credential *transport.Credential
	ticket     *logins.Ticket
	log        *journal
	used       bool        // a channel was open on it
	doubt      *time.Timer // closes it when the device shows no life; nil: it is not in doubt
}

// showsLife notes that the device has reacted.
func (c *connection) showsLife() {
	if c.doubt != nil {
		c.doubt.Stop()
		c.doubt = nil
	}
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

// roundTrip gives the server time to free a session that has been closed: OpenSSH does so a little after it has confirmed
// the closing, and until then one with MaxSessions 1 has no room. A server that does not answer is left.
func (c *connection) roundTrip() {
	const longest = time.Second
	limit := time.AfterFunc(longest, func() { c.Close() })
	defer limit.Stop()
	_, _, _ = c.SendRequest("keepalive@openssh.com", true, nil)
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
