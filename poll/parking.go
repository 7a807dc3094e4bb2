package poll

import (
	"slices"
	"sync/atomic"
	"time"
)

// place is where a turn is parked, either with those that wait for the door with the same credential, or with those that wait for the same
// jump host. The lanes have places of their own, so that a turn that waits for the slow one holds up nobody else.
type place struct {
	credential, jump string
	slow             bool
}

// parking holds the turns of one place, in the order in which they were due. The door below stands for a jump host, too. The group's
// mutex guards it, except for calls.
type parking struct {
	group *group
	slow  bool
	turnQueue
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

// queue returns the parking of a place.
func (g *group) queue(at place) *parking {
	g.mu.Lock()
	defer g.mu.Unlock()
	p, ok := g.parked[at]
	if !ok {
		p = &parking{group: g, slow: at.slow}
		p.calls.Store(1)
		g.parked[at] = p
	}
	return p
}

// park puts a turn that a worker has given back at its place among those that wait. calls is the number of the door's calls
// before it was asked, so that one that came since is not lost; 0: the door was not asked whether the turn may begin. What
// the door has said since to another turn of the place counts on.
func (g *group) park(s slot, p *parking, calls uint64, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if s.slow {
		g.slowly--
	}
	s.parked = p
	at, _ := slices.BinarySearchFunc(p.turns(), s.due, func(s slot, due time.Time) int { return s.due.Compare(due) })
	p.insert(at, s)
	g.queues[p] = true
	if calls >= p.blocked {
		p.blocked, p.until = calls, until
	}
	notify(g.wake)
}

// parkBehind puts a turn that is due behind those of its jump host or its credential that wait already, if there are any. A device
// with a kept session need not wait for either, and those that do may wait for the end of just this session.
func (g *group) parkBehind(s slot, now time.Time) bool {
	d, poller := s.target.ask()
	if d == nil {
		return false
	}
	for _, at := range [...]place{{jump: d.Jump}, {credential: d.Credential}} {
		p, ok := g.parked[at]
		if !ok || p.len() == 0 || p.open(now) {
			continue
		}
		if kept(poller, d) {
			return false
		}
		s.parked = p
		s.sweep.open++
		p.push(s)
		return true
	}
	return false
}

// unparked returns the first of the parked turns of each lane that may try the door now, a zero slot where there is none, and
// how long until another one may, 0 if no time can tell.
func (g *group) unparked(now time.Time) (ready, slow slot, wait time.Duration) {
	for p := range g.queues {
		for p.len() > 0 && p.first().target.eligibility(*p.first()) == skip {
			g.close(p.first().sweep)
			p.remove(0)
		}
		first := &ready
		if p.slow {
			first = &slow
		}
		switch {
		case p.len() == 0:
			delete(g.queues, p)
		case p.open(now):
			if first.target == nil || p.first().due.Before(first.due) {
				*first = *p.first()
			}
		case !p.until.IsZero():
			if left := p.until.Sub(now); wait == 0 || left < wait {
				wait = left
			}
		}
	}
	return ready, slow, wait
}
