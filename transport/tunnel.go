package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// tunnel is a connection through a jump host: a direct-tcpip channel (RFC 4254, 7.2). What goes through a channel waits until the jump
// host takes it or confirms its end, so goroutines of the jump host's connection do that: here nothing waits for longer than until
// the tunnel is closed or its deadline has passed. After a deadline nobody goes on with a connection: it closes the tunnel.
type tunnel struct {
	host *jumpHost
	link *Link // the connection to it

	in, out        *io.PipeReader // what the jump host sends, and what it is sent
	received, sent *io.PipeWriter // their other ends
	closing        sync.Once
	closeChannel   func()          // when the jump host has taken what it was sent
	ended          <-chan struct{} // closed when the jump host has confirmed the channel's end, or is gone

	mu    sync.Mutex
	timer *time.Timer // nil: no deadline
}

// tunnelPiece is how much is carried at once, in bytes.
const tunnelPiece = 4 << 10

func newTunnel(ch ssh.Channel, ended <-chan struct{}, host *jumpHost, link *Link) *tunnel {
	t := &tunnel{host: host, link: link, ended: ended}
	t.in, t.received = io.Pipe()
	t.out, t.sent = io.Pipe()
	link.Running.Go(func() {
		_, err := io.CopyBuffer(t.received, ch, make([]byte, tunnelPiece))
		_ = t.received.CloseWithError(err)
	})
	taken := make(chan struct{})
	link.Running.Go(func() {
		defer close(taken)
		_, err := io.CopyBuffer(ch, t.out, make([]byte, tunnelPiece))
		_ = t.out.CloseWithError(err)
	})
	t.closeChannel = func() {
		select {
		case <-taken:
		case <-time.After(Farewell):
		}
		_ = ch.Close()
	}
	return t
}

// Read returns os.ErrDeadlineExceeded after the deadline, and net.ErrClosed once the tunnel is closed.
func (t *tunnel) Read(p []byte) (int, error) { return t.in.Read(p) }

// Write returns errors as Read does.
func (t *tunnel) Write(p []byte) (int, error) { return t.sent.Write(p) }

// Close ends what waits here at once. It is not an error if the tunnel is closed already.
func (t *tunnel) Close() error {
	_ = t.SetDeadline(time.Time{})
	t.end(net.ErrClosed)
	return nil
}

func (t *tunnel) end(err error) {
	_ = t.received.CloseWithError(err)
	_ = t.out.CloseWithError(err)
	t.closing.Do(func() {
		t.link.Running.Go(t.closeChannel)
		t.link.Running.Go(t.awaitEnd)
	})
}

// awaitEnd closes the connection to a jump host that does not confirm the channel's end and shows no other sign of life: else the
// places of all that went through it would stay taken.
func (t *tunnel) awaitEnd() {
	select {
	case <-t.ended:
	case <-time.After(t.host.client.config.ConnectTimeout):
		t.host.stands(context.Background(), t.link)
	}
}

// SetDeadline closes the tunnel at a time; zero calls it off.
func (t *tunnel) SetDeadline(at time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if !at.IsZero() {
		t.timer = time.AfterFunc(time.Until(at), func() { t.end(os.ErrDeadlineExceeded) })
	}
	return nil
}

// SetReadDeadline is SetDeadline: there is one for both ways.
func (t *tunnel) SetReadDeadline(at time.Time) error { return t.SetDeadline(at) }

// SetWriteDeadline is SetDeadline: there is one for both ways.
func (t *tunnel) SetWriteDeadline(at time.Time) error { return t.SetDeadline(at) }

// LocalAddr is our end of the connection to the jump host.
func (t *tunnel) LocalAddr() net.Addr { return t.link.LocalAddr() }

// RemoteAddr is the jump host's.
func (t *tunnel) RemoteAddr() net.Addr { return t.link.RemoteAddr() }

// lostWith are the reasons with which a poll may fail as a jump host goes away.
var lostWith = []failure.Reason{
	failure.ConnectTimeout, failure.Handshake, failure.Session, failure.Prompt, failure.Timeout, failure.Disconnect, failure.Command,
}

// hopMoment is how long the end of a connection to a jump host may come after that of what goes through it.
const hopMoment = 50 * time.Millisecond

// blame is Link.Explain. A nil tunnel has no jump host. The ticket is that of the poll.
func (t *tunnel) blame(err error, ticket *logins.Ticket) error {
	lost := slices.Contains(lostWith, failure.Of(err)) || errors.Is(err, errUnanswered)
	if t == nil || !lost || !t.link.GoneWithin(hopMoment) {
		return err
	}
	ticket.Cut()
	for t.link.via != nil && t.link.via.link.GoneWithin(hopMoment) { // the first one that was lost has taken the others with it
		t = t.link.via
	}
	return &failure.Error{Reason: failure.Jump, Doing: t.host.doing("stay connected to it"), Err: err, Transient: true}
}
