package cli

import (
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/netver/netver_exporter/poll"
)

// countdown waits for a number of polls, with a progress bar where a person waits too.
type countdown struct {
	mu   sync.Mutex
	left int
	bar  *progressbar.ProgressBar // nil: nobody looks
	done chan struct{}
}

// Observe counts one poll.
func (c *countdown) Observe(poll.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left--
	if c.bar != nil {
		_ = c.bar.Add(1) // a terminal that went away is no reason to stop
	}
	if c.left == 0 {
		close(c.done)
	}
}
