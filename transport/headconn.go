package transport

import (
	"net"
	"strings"
	"sync/atomic"

	"github.com/netver/netver_exporter/failure"
)

// headConn is a TCP connection that keeps the beginning of what the peer said, for the message if that is not SSH.
type headConn struct {
	net.Conn
	head   [512]byte
	unread []byte      // of head
	broken atomic.Bool // a read has failed
	late   atomic.Bool // because its deadline had passed
}

// Read hands out single bytes from the head: the library reads the version line byte by byte, which would be a system
// call for each.
func (c *headConn) Read(p []byte) (int, error) {
	if len(c.unread) == 0 && len(p) == 1 {
		n, err := c.read(c.head[:])
		if err != nil {
			return 0, err
		}
		c.unread = c.head[:n]
	}
	if len(c.unread) > 0 {
		n := copy(p, c.unread)
		c.unread = c.unread[n:]
		return n, nil
	}
	return c.read(p)
}

func (c *headConn) read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 0 && err != nil {
		c.late.Store(timedOut(err))
		c.broken.Store(true)
	}
	return n, err
}

// said returns the peer's first line, quoted, unless it is that of an SSH server. Call it after the handshake ended.
func (c *headConn) said() string {
	text, _, _ := strings.Cut(strings.TrimLeft(strings.TrimRight(string(c.head[:]), "\x00"), "\r\n"), "\n")
	if text == "" || strings.HasPrefix(text, "SSH-") {
		return ""
	}
	return failure.Quote(text)
}
