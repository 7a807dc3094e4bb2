package device

import (
	"sync"

	"github.com/netver/netver_exporter/session"
)

// lacks remembers what devices do not serve, by address, so that it is not asked for at each poll. The zero value knows
// nothing.
type lacks struct {
	mu    sync.Mutex
	known map[string]session.Lacks
}

func (l *lacks) of(address string) session.Lacks {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[address]
}

// note keeps what a poll has found. What was known before counts on as long as polls succeed with it.
func (l *lacks) note(address string, found session.Lacks, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		found = found.With(l.known[address])
	}
	if found == (session.Lacks{}) {
		delete(l.known, address)
		return
	}
	if l.known == nil {
		l.known = make(map[string]session.Lacks)
	}
	l.known[address] = found
}
