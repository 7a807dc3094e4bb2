package transport

import (
	"context"
	"slices"
	"sync"

	"github.com/netver/netver_exporter/logins"
)

// sessions counts the connections through a jump host, and bounds them. Who comes without a reserved place waits for one, and
// gets it in the order of arrival, before those who wait to reserve one.
type sessions struct {
	mu       sync.Mutex
	most     int             // at once; 0: any number
	open     int             // and those that are reserved
	lasting  int             // of those that are open, how many lead to other jump hosts
	reserved map[string]int  // places by target; 0: it was thought to need none
	waiting  []chan struct{} // each closed when it has got a place
	wakes    []func()        // of those who wait to reserve one
}

// reserve keeps a place for the next connection to a target, if it needs one as far as is known. If there is none, wake is called
// once when it may be worth asking again, with the mutex held.
func (s *sessions) reserve(target string, needs bool, wake func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if needs && !s.room() {
		return !s.comes(wake)
	}
	if s.reserved == nil {
		s.reserved = make(map[string]int)
	}
	n := s.reserved[target]
	if needs {
		s.open++
		n++
	}
	s.reserved[target] = n
	return true
}

// vacant reports whether there is a place, or none can be waited for. If not, wake is called as with reserve.
func (s *sessions) vacant(wake func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.room() || !s.comes(wake)
}

// comes reports that a place will come free, and notes who waits for it. Other jump hosts keep theirs: where they have all of them,
// that is for the poll to tell. The mutex is held.
func (s *sessions) comes(wake func()) bool {
	if s.open == s.lasting {
		return false
	}
	s.wakes = append(s.wakes, wake)
	return true
}

// forgo gives back what was reserved for a target, if no connection to it has taken it.
func (s *sessions) forgo(target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unreserve(target) {
		s.leave(false)
	}
}

// unreserve takes a place out of those that are reserved for a target, and reports whether there was one. The mutex is held.
func (s *sessions) unreserve(target string) bool {
	n := s.reserved[target]
	if n > 1 {
		s.reserved[target] = n - 1
	} else {
		delete(s.reserved, target)
	}
	return n > 0
}

// take takes the place that is reserved for the target, or another one, for which it waits. It does not wait with a poll that has
// asked to reserve one, and can be begun again: then the error is logins.ErrWait.
func (s *sessions) take(ctx context.Context, t Target) (asked bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.lasting {
		err = s.takeAny(ctx)
		if err == nil {
			s.lasting++
			s.wake()
		}
		return false, err
	}
	_, asked = s.reserved[t.Name]
	switch {
	case s.unreserve(t.Name):
		return true, nil
	case asked && !s.room():
		return true, logins.ErrWait
	}
	return asked, s.takeAny(ctx)
}

// takeAny waits for a place. The mutex is held, but not while it waits.
func (s *sessions) takeAny(ctx context.Context) error {
	if s.room() {
		s.open++
		return nil
	}
	mine := make(chan struct{})
	s.waiting = append(s.waiting, mine)
	s.mu.Unlock()
	select {
	case <-mine:
	case <-ctx.Done():
	}
	s.mu.Lock()
	i := slices.Index(s.waiting, mine)
	if i < 0 { // it has got one, if only just
		return nil
	}
	s.waiting = slices.Delete(s.waiting, i, i+1)
	return ctx.Err()
}

// room reports whether one more may be open. The mutex is held.
func (s *sessions) room() bool { return s.most == 0 || s.open < s.most }

// release gives the place of a connection to a target back.
func (s *sessions) release(t Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(t.lasting)
}

// leave is release with the mutex held.
func (s *sessions) leave(lasting bool) {
	s.open--
	if lasting {
		s.lasting--
	}
	s.wake()
}

// wake gives the places that are free to those that wait, and tells those who wait to reserve one of what is left. The mutex is held.
func (s *sessions) wake() {
	for s.room() && len(s.waiting) > 0 {
		s.open++
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
	if s.room() || s.open == s.lasting {
		for _, wake := range s.wakes {
			wake()
		}
		s.wakes = nil
	}
}

// shrink gives a place back that the jump host had no room for, and bounds the sessions to the others, which it has. It
// returns the new bound, 0 if there are no others: then nothing is bounded.
func (s *sessions) shrink(t Target) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	others := s.used() - 1
	if others > 0 {
		s.most = others
	}
	s.leave(t.lasting)
	return others
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
	return s.used()
}

// used is now with the mutex held.
func (s *sessions) used() int {
	n := s.open
	for _, places := range s.reserved {
		n -= places
	}
	return n
}

// crowded reports that more than half of the places are taken.
func (s *sessions) crowded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most > 0 && s.open > s.most/2
}
