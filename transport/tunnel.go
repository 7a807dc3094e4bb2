package transport

import (
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// tunnel is a connection through a jump host: a direct-tcpip channel (RFC 4254, 7.2), which has no deadlines of its own. When
// one passes, the channel is closed for good: nobody goes on with a connection after that.
type tunnel struct {
	ssh.Channel
	local, remote net.Addr

	mu    sync.Mutex
	timer *time.Timer // nil: no deadline
	late  bool        // it has passed
}

func newTunnel(ch ssh.Channel, local, remote net.Addr) *tunnel {
	return &tunnel{Channel: ch, local: local, remote: remote}
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
func (t *tunnel) LocalAddr() net.Addr { return t.local }

// RemoteAddr is the jump host's.
func (t *tunnel) RemoteAddr() net.Addr { return t.remote }
