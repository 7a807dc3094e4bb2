package session

import "io"

// reader reads a channel on the side, so that the session can wait for the device with a limit: an SSH channel has no
// read deadline. It never holds more than one piece back, so a device cannot fill our memory.
type reader struct {
	pieces chan []byte // valid until the next one is received; closed at the end of the stream
	quit   chan struct{}
}

func newReader() *reader {
	return &reader{pieces: make(chan []byte), quit: make(chan struct{})}
}

// read fills two buffers in turn: whoever receives one has done with the other. They are the largest part of what an idle
// session takes. It returns when the stream has ended, after stop at the latest then.
func (r *reader) read(from io.Reader) {
	defer close(r.pieces)
	var buffers [2][2048]byte
	for i := 0; ; i = 1 - i {
		n, err := from.Read(buffers[i][:])
		if n > 0 {
			select {
			case r.pieces <- buffers[i][:n]:
			case <-r.quit:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// stop says that nobody wants any more.
func (r *reader) stop() { close(r.quit) }
