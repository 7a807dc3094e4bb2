package cli

import (
	"io"
	"sync"
)

// written passes on what a command prints, and remembers the first write that failed, so that output that is lost is a failure of every
// command. It may be used by any number of goroutines at once.
type written struct {
	to  io.Writer
	mu  sync.Mutex
	err error
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.to.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// failed is the first error, or nil.
func (w *written) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// help is for what panics when a write fails.
type help struct{ *written }

func (h help) Write(p []byte) (int, error) {
	_, _ = h.written.Write(p) // it is remembered
	return len(p), nil
}
