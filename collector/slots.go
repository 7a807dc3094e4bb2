package collector

import (
	"net/http"
	"sync"
	"time"
)

// patience is how long, altogether, an answer may have waited for its reader before it gives its slot to another request.
const patience = time.Second

// Slots bounds the requests that are answered at once. If all slots are taken, the answer that has waited longest for its
// reader is cut off: whoever reads slowly, or not at all, keeps nobody else from asking. It may be used by any number of
// goroutines at once. Make it with NewSlots.
type Slots struct {
	limit int
	mu    sync.Mutex
	taken map[*slot]bool
}

// NewSlots has so many of them.
func NewSlots(limit int) *Slots { return &Slots{limit: limit, taken: map[*slot]bool{}} }

// slot is an answer under way, and its writer.
type slot struct {
	http.ResponseWriter
	of *Slots

	waited  time.Duration // in writes that have ended; guarded by Slots.mu, as is writing
	writing time.Time     // when the write under way began; zero: there is none
}

// Serve answers a request in a slot, or with an error if there is none to have. A nil s has no limit.
func (s *Slots) Serve(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
	if s == nil {
		answer(w, r)
		return
	}
	t := s.take(w)
	if t == nil {
		http.Error(w, "too many requests at once, try again later", http.StatusServiceUnavailable)
		return
	}
	defer t.release()
	answer(t, r)
}

// take returns a slot, to be released, or nil if there is none to have.
func (s *Slots) take(w http.ResponseWriter) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) >= s.limit && !s.cutOff(time.Now()) {
		return nil
	}
	made := &slot{ResponseWriter: w, of: s}
	s.taken[made] = true
	return made
}

// cutOff ends the answer that has waited longest for its reader, if that is longer than patience.
func (s *Slots) cutOff(now time.Time) bool {
	var slowest *slot
	var longest time.Duration
	for t := range s.taken {
		if waited := t.waitedBy(now); waited > longest {
			slowest, longest = t, waited
		}
	}
	if longest < patience {
		return false
	}
	delete(s.taken, slowest)
	_ = http.NewResponseController(slowest.ResponseWriter).SetWriteDeadline(now) // ends its write with an error
	return true
}

func (t *slot) waitedBy(now time.Time) time.Duration {
	if t.writing.IsZero() {
		return t.waited
	}
	return t.waited + now.Sub(t.writing)
}

func (t *slot) release() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	delete(t.of.taken, t)
}

// Unwrap is for http.ResponseController.
func (t *slot) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Write counts the time that it takes.
func (t *slot) Write(p []byte) (int, error) {
	t.setWriting(time.Now())
	defer t.setWriting(time.Time{})
	return t.ResponseWriter.Write(p)
}

func (t *slot) setWriting(at time.Time) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	if at.IsZero() {
		t.waited = t.waitedBy(time.Now())
	}
	t.writing = at
}
