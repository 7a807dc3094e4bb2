package sshcli

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// link is a connection with a login on it. It does the work of an ssh.Client with less.
type link struct {
	ssh.Conn
	gone    chan struct{}  // closed when the connection has ended
	used    bool           // a channel was open on it
	running sync.WaitGroup // who serves it and its channels
}

func newLink(conn ssh.Conn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) *link {
	l := &link{Conn: conn, gone: make(chan struct{})}
	l.running.Go(func() { l.serve(channels, requests) })
	return l
}

// serve refuses what the server asks for on its own account.
func (l *link) serve(channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
	defer close(l.gone)
	for channels != nil || requests != nil {
		select {
		case r, ok := <-requests:
			if !ok {
				requests = nil
			} else if r.WantReply {
				_ = r.Reply(false, nil)
			}
		case c, ok := <-channels:
			if !ok {
				channels = nil
			} else {
				_ = c.Reject(ssh.Prohibited, "no channels to this side")
			}
		}
	}
	_ = l.Wait()
}

// alive reports whether the connection still stands, as far as anybody has told.
func (l *link) alive() bool {
	select {
	case <-l.gone:
		return false
	default:
		return true
	}
}

// goneWithin waits a moment for the connection's end, which is told a little later than that of its channels.
func (l *link) goneWithin(d time.Duration) bool {
	select {
	case <-l.gone:
		return true
	case <-time.After(d):
		return false
	}
}

// end closes the connection and waits until nobody serves it any more.
func (l *link) end() {
	l.Close()
	l.running.Wait()
}

// guard closes the connection some time after the context has ended, so that nothing waits for a device that takes
// nothing any more. The function it returns calls it off.
func (l *link) guard(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { time.AfterFunc(farewell, func() { l.Close() }) })
}

// channel opens a session channel. Its requests are the caller's to read.
func (l *link) channel(ctx context.Context) (ssh.Channel, <-chan *ssh.Request, error) {
	unhook := context.AfterFunc(ctx, func() { l.Close() })
	defer unhook()
	ch, requests, err := l.OpenChannel("session", nil)
	if err == nil {
		l.used = true
		return ch, requests, nil
	}
	if _, refused := errors.AsType[*ssh.OpenChannelError](err); refused {
		return nil, nil, &Error{Reason: Session, Doing: "open a session", Err: err}
	}
	if l.used && ctx.Err() == nil {
		return nil, nil, errUsedUp
	}
	return nil, nil, failed(ctx, "open a session", err)
}

// errUsedUp: the device served a command and closed the connection, as IOS does.
var errUsedUp error = &Error{
	Reason: Disconnect, Doing: "open a session", Err: errors.New("the device closed the connection after the command before"),
}
