package collector

import (
	"net/http"
	"sync"
	"time"
)

// patience is how long, altogether, an answer may have waited for its reader before it gives its slot to another scrape.
const patience = time.Second

// slots bounds the scrapes that are answered at once. If all slots are taken, the scrape that has waited longest for its
// reader is cut off: whoever reads slowly, or not at all, keeps nobody else from scraping. It may be used by any number of
// goroutines at once.
type slots struct {
	limit int
	mu    sync.Mutex
	taken map[*slot]bool
}

func newSlots(limit int) *slots { return &slots{limit: limit, taken: map[*slot]bool{}} }

// slot is a scrape under way, and the writer of its answer.
type slot struct {
	http.ResponseWriter
	of *slots

	waited  time.Duration // in writes that have ended; guarded by slots.mu, as is writing
	writing time.Time     // when the write under way began; zero: there is none
}

// serve answers a request in a slot, or with an error if there is none to have. A nil s has no limit.
func (s *slots) serve(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
	if s == nil {
		answer(w, r)
		return
	}
	t := s.take(w)
	if t == nil {
		http.Error(w, "too many scrapes at once, try again later", http.StatusServiceUnavailable)
		return
	}
	defer t.release()
	answer(t, r)
}

// take returns a slot, to be released, or nil if there is none to have.
func (s *slots) take(w http.ResponseWriter) *slot {
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
func (s *slots) cutOff(now time.Time) bool {
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
