package session

import "io"

// inlet reads a channel on the side, so that the session can wait for the device with a limit: an SSH channel has no
// read deadline. It never holds more than one piece back, so a device cannot fill our memory.
type inlet struct {
	pieces chan []byte // valid until the next one is received; closed at the end of the stream
	quit   chan struct{}
	done   chan struct{}
}

func newInlet(r io.Reader) *inlet {
	in := &inlet{pieces: make(chan []byte), quit: make(chan struct{}), done: make(chan struct{})}
	go in.read(r)
	return in
}

// read fills two buffers in turn: whoever receives one has done with the other. They are the largest part of what an idle
// session takes.
func (in *inlet) read(r io.Reader) {
	defer close(in.done)
	defer close(in.pieces)
	var buffers [2][2048]byte
	for i := 0; ; i = 1 - i {
		n, err := r.Read(buffers[i][:])
		if n > 0 {
			select {
			case in.pieces <- buffers[i][:n]:
			case <-in.quit:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// stop waits until nobody reads any more. The stream must have been closed.
func (in *inlet) stop() {
	close(in.quit)
	<-in.done
}
