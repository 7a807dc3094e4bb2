package transport

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

// Farewell is how long a device has to close a session that was told to end.
const Farewell = 200 * time.Millisecond

// Link is a connection with a login on it. It does the work of an ssh.Client with less.
type Link struct {
	ssh.Conn
	gone    chan struct{}  // closed when the connection has ended
	Used    bool           // a channel was open on it
	Running sync.WaitGroup // who serves it and its channels
}

func newLink(conn ssh.Conn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) *Link {
	l := &Link{Conn: conn, gone: make(chan struct{})}
	l.Running.Go(func() { l.serve(channels, requests) })
	return l
}

// serve refuses what the server asks for on its own account.
func (l *Link) serve(channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
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

// Alive reports whether the connection still stands, as far as anybody has told.
func (l *Link) Alive() bool {
	select {
	case <-l.gone:
		return false
	default:
		return true
	}
}

// GoneWithin waits a moment for the connection's end, which is told a little later than that of its channels.
func (l *Link) GoneWithin(d time.Duration) bool {
	select {
	case <-l.gone:
		return true
	case <-time.After(d):
		return false
	}
}

// End closes the connection and waits until nobody serves it any more.
func (l *Link) End() {
	l.Close()
	l.Running.Wait()
}

// Guard closes the connection some time after the context has ended, so that nothing waits for a device that takes
// nothing any more. The function it returns calls it off.
func (l *Link) Guard(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() { time.AfterFunc(Farewell, func() { l.Close() }) })
}

// Session opens a session channel. Its requests are the caller's to read.
func (l *Link) Session(ctx context.Context) (ssh.Channel, <-chan *ssh.Request, error) {
	unhook := context.AfterFunc(ctx, func() { l.Close() })
	defer unhook()
	ch, requests, err := l.OpenChannel("session", nil)
	if err == nil {
		l.Used = true
		return ch, requests, nil
	}
	if _, refused := errors.AsType[*ssh.OpenChannelError](err); refused {
		return nil, nil, &failure.Error{Reason: failure.Session, Doing: "open a session", Err: err}
	}
	if l.Used && ctx.Err() == nil {
		return nil, nil, ErrUsedUp
	}
	return nil, nil, failure.Broken(ctx, "open a session", err)
}

// ErrUsedUp: the device served a command and closed the connection, as IOS does.
var ErrUsedUp error = &failure.Error{
	Reason: failure.Disconnect, Doing: "open a session", Err: errors.New("the device closed the connection after the command before"),
}
