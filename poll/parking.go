package poll

import (
	"slices"
	"sync/atomic"
	"time"
)

// parking holds the turns of one credential that wait for the door, in the order in which they were due. The group's mutex
// guards it, except for calls.
type parking struct {
	group   *group
	slots   []slot
	blocked uint64    // the number of calls at which the door said to wait; it has not called since if it is the same now
	until   time.Time // it said to wait until then; zero: it will call
	calls   atomic.Uint64
}

// wake is called by the door, which is locked: the first turn may try again.
func (p *parking) wake() {
	p.calls.Add(1)
	notify(p.group.wake)
}

// open reports whether the first turn may try the door.
func (p *parking) open(now time.Time) bool {
	return p.blocked != p.calls.Load() || !p.until.IsZero() && !now.Before(p.until)
}

// queue returns the credential's parking.
func (g *group) queue(credential string) *parking {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, ok := g.parked[credential]
	if !ok {
		p = &parking{group: g}
		p.calls.Store(1)
		g.parked[credential] = p
	}
	return p
}

// park puts a turn that a worker has given back at its place among those that wait. calls is the number of the door's calls
// before it was asked: one that came since is not lost.
func (g *group) park(s slot, p *parking, calls uint64, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if s.slow {
		g.slowly--
	}
	s.parked = true
	at, _ := slices.BinarySearchFunc(p.slots, s.due, func(s slot, due time.Time) int { return s.due.Compare(due) })
	p.slots = slices.Insert(p.slots, at, s)
	p.blocked, p.until = max(p.blocked, calls), until
	notify(g.wake)
}

// parkBehind puts a turn that is due behind those of its credential that wait already, if there are any.
func (g *group) parkBehind(s slot, now time.Time) bool {
	d := s.target.ask()
	if d == nil {
		return false
	}
	p, ok := g.parked[d.Credential]
	if !ok || len(p.slots) == 0 || p.open(now) {
		return false
	}
	s.parked = true
	s.sweep.open++
	p.slots = append(p.slots, s)
	return true
}

// unparked returns the first of the parked turns that may try the door now, a zero slot if there is none, and how long until
// another one may, 0 if no time can tell.
func (g *group) unparked(now time.Time) (first slot, wait time.Duration) {
	for credential, p := range g.parked {
		for len(p.slots) > 0 && p.slots[0].target.eligibility(p.slots[0]) == skip {
			g.close(p.slots[0].sweep)
			p.slots = p.slots[1:]
		}
		switch {
		case len(p.slots) == 0:
			if len(g.parked) > len(g.members) { // credentials that nobody uses any more
				delete(g.parked, credential)
			}
		case p.open(now):
			if first.target == nil || p.slots[0].due.Before(first.due) {
				first = p.slots[0]
			}
		case !p.until.IsZero():
			if left := p.until.Sub(now); wait == 0 || left < wait {
				wait = left
			}
		}
	}
	return first, wait
}

// unpark takes out a turn that a worker has received.
func (g *group) unpark(s slot) {
	for _, p := range g.parked {
		p.slots = without(p.slots, s.target)
	}
}
