package transport

import (
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

// tunnel is a connection through a jump host: a direct-tcpip channel (RFC 4254, 7.2), which has no deadlines of its own. When
// one passes, the channel is closed for good: nobody goes on with a connection after that.
type tunnel struct {
	ssh.Channel
	host *jumpHost
	link *Link // the connection to it

	mu    sync.Mutex
	timer *time.Timer // nil: no deadline
	late  bool        // it has passed
}

// Read is that of the channel; after the deadline the error is os.ErrDeadlineExceeded.
func (t *tunnel) Read(p []byte) (int, error) {
	n, err := t.Channel.Read(p)
	return n, t.explain(err)
}

// Write is that of the channel; after the deadline the error is os.ErrDeadlineExceeded.
func (t *tunnel) Write(p []byte) (int, error) {
	n, err := t.Channel.Write(p)
	return n, t.explain(err)
}

func (t *tunnel) explain(err error) error {
	if err == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.late {
		return os.ErrDeadlineExceeded
	}
	return err
}

// Close closes the channel. It is not an error if the channel is closed already.
func (t *tunnel) Close() error {
	_ = t.SetDeadline(time.Time{})
	err := t.Channel.Close()
	if err == io.EOF { //nolint:errorlint // the library's own word for a channel that is closed already
		return nil
	}
	return err
}

// SetDeadline closes the channel at a time; zero calls it off.
func (t *tunnel) SetDeadline(at time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if !at.IsZero() && !t.late {
		t.timer = time.AfterFunc(time.Until(at), t.expire)
	}
	return nil
}

func (t *tunnel) expire() {
	t.mu.Lock()
	t.late = true
	t.mu.Unlock()
	_ = t.Channel.Close()
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
