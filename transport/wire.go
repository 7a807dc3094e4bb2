package transport

import (
	"net"
	"strings"
	"sync/atomic"

	"github.com/netver/netver_exporter/failure"
)

// wire is a TCP connection that keeps the beginning of what the peer said, for the message if that is not SSH.
type wire struct {
	net.Conn
	head   [512]byte
	unread []byte      // of head
	broken atomic.Bool // a read has failed
	late   atomic.Bool // because its deadline had passed
}

// Read hands out single bytes from the head: the library reads the version line byte by byte, which would be a system
// call for each.
func (w *wire) Read(p []byte) (int, error) {
	if len(w.unread) == 0 && len(p) == 1 {
		n, err := w.read(w.head[:])
		if err != nil {
			return 0, err
		}
		w.unread = w.head[:n]
	}
	if len(w.unread) > 0 {
		n := copy(p, w.unread)
		w.unread = w.unread[n:]
		return n, nil
	}
	return w.read(p)
}

func (w *wire) read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n == 0 && err != nil {
		w.late.Store(timedOut(err))
		w.broken.Store(true)
	}
	return n, err
}

// said returns the peer's first line, quoted, unless it is that of an SSH server. Call it after the handshake ended.
func (w *wire) said() string {
	text, _, _ := strings.Cut(strings.TrimLeft(strings.TrimRight(string(w.head[:]), "\x00"), "\r\n"), "\n")
	if text == "" || strings.HasPrefix(text, "SSH-") {
		return ""
	}
	return failure.Quote(text)
}
