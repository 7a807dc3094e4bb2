package transport

import (
	"context"
	"slices"
	"sync"
)

// sessions counts the connections through a jump host, and bounds them. Who has to wait gets a place in the order of arrival.
type sessions struct {
	mu      sync.Mutex
	most    int // at once; 0: any number
	open    int
	waiting []chan struct{} // each closed when it has got a place
}

// take waits for a place.
func (s *sessions) take(ctx context.Context) error {
	s.mu.Lock()
	if s.room() {
		s.open++
		s.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	s.waiting = append(s.waiting, mine)
	s.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.waiting, mine); i >= 0 {
		s.waiting = slices.Delete(s.waiting, i, i+1)
	} else { // it has just got one
		s.leave()
	}
	return ctx.Err()
}

// room reports whether one more may be open. The mutex is held.
func (s *sessions) room() bool { return s.most == 0 || s.open < s.most }

// release gives a place back.
func (s *sessions) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave()
}

// leave is release with the mutex held.
func (s *sessions) leave() {
	s.open--
	s.wake()
}

// wake gives the places that are free to those that wait. The mutex is held.
func (s *sessions) wake() {
	for s.room() && len(s.waiting) > 0 {
		s.open++
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
}

// shrink gives a place back that the jump host had no room for, and bounds the sessions to the others, which it has. It
// returns the new bound, 0 if there are no others: then nothing is bounded.
func (s *sessions) shrink() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if others := s.open - 1; others > 0 {
		s.most = others
	}
	s.leave()
	return s.open
}

// bound sets how many may be open at once.
func (s *sessions) bound(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = most
	s.wake()
}

// now is how many are open, those that are being opened among them.
func (s *sessions) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// crowded reports that more than half of the places are taken.
func (s *sessions) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most > 0 && s.open > s.most/2
}
