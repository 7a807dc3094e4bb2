package transport

import (
	"context"
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// Secured says what secures a connection, in the names of SSH. The cipher is that of what we send.
type Secured struct {
	KeyExchange, HostKey, Cipher string
	Verified                     Verified
}

// Farewell is how long a device has to close a session that was told to end.
const Farewell = 200 * time.Millisecond

// Link is a connection with a login on it. It does the work of an ssh.Client with less.
type Link struct {
	ssh.Conn
	TookPassword bool // the server has been given the password, and accepted it
	Secured      Secured

	via     *tunnel        // through which it goes; nil: it is direct
	ticket  *logins.Ticket // of the login at a jump host; nil: the caller has it
	settled sync.Once
	gone    chan struct{}  // closed when the connection has ended
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

// OpenChannel is that of ssh.Conn, which waits for ever if the connection ends just as it is called: the library closes the
// channels that it knows, and then this one becomes known. It ends with the connection; what still waits in the library stays there.
func (l *Link) OpenChannel(name string, data []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	type opened struct {
		channel  ssh.Channel
		requests <-chan *ssh.Request
		err      error
	}
	done := make(chan opened, 1)
	go func() {
		channel, requests, err := l.Conn.OpenChannel(name, data)
		done <- opened{channel, requests, err}
	}()
	select {
	case o := <-done:
		return o.channel, o.requests, o.err
	case <-l.gone:
		return nil, nil, io.EOF
	}
}

// settle tells the door what has become of the login at a jump host, once: a server that takes every password and forwards
// nothing has accepted none.
func (l *Link) settle(reason failure.Reason) {
	l.settled.Do(func() { l.ticket.Close(reason) })
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

// KeepAlive is a request that no server knows, and every one answers (RFC 4254, 4).
const KeepAlive = "keepalive@openssh.com"

// showsLife asks the server for an answer, and waits for it or for the end of the connection.
func (l *Link) showsLife() bool {
	_, _, err := l.SendRequest(KeepAlive, true, nil) // a refusal is a sign of life, too
	return err == nil
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
func (l *Link) Guard(ctx context.Context) (callOff func()) {
	off := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		select {
		case <-off:
		case <-time.After(Farewell):
			l.Close()
		}
	})
	return func() {
		unhook()
		close(off)
	}
}

// Explain puts an error down to a jump host on the way if its connection has ended: then the device is not to blame. Nil stays nil.
func (l *Link) Explain(err error, ticket *logins.Ticket) error { return l.via.blame(err, ticket) }
