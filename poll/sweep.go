package poll

import (
	"slices"
	"time"
)

// sweep is one run over a group.
type sweep struct {
	start   time.Time
	catchUp bool // the first of a schedule: a device that was not polled for an interval is due at once
	handing bool // not all slots are handed out
	open    int  // slots handed out whose poll has not ended
	settled bool // its figures are taken
}

// open begins the first sweep of a schedule: at once, or in step with the schedule from before a restart.
func (g *group) open(now time.Time) (start time.Time, interval time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	start = now
	if g.inStep {
		g.resume = g.epoch
	}
	if since := now.Sub(g.resume); !g.resume.IsZero() && since >= 0 {
		start = now.Add(-(since % g.interval))
	}
	g.resume = time.Time{}
	g.begin(&sweep{start: start, catchUp: true, handing: true})
	return start, g.interval
}

// tick begins a sweep, unless the last one still hands out. It can be called twice for the same time: gocron schedules the next tick from a list
// out of which the one that has just run may be gone already.
func (g *group) tick() {
	g.mu.Lock()
	defer g.mu.Unlock()
	// The tick of a busy machine is late; places are not.
	since := time.Since(g.sweep.start).Round(g.interval)
	switch {
	case since <= 0:
	case g.sweep.handing:
		g.sweeps.Skipped++
		g.sweeps.LastSkip = time.Now()
	default:
		g.begin(&sweep{start: g.sweep.start.Add(since), handing: true})
	}
}

func (g *group) begin(s *sweep) {
	g.sweep = s
	g.stale = true
	notify(g.wake)
}

// makeUpPace is how much quicker than usual devices are polled whose place came while no process had them.
const makeUpPace = 2

// arrange lays out what is left of the sweep for the members as they are now.
func (g *group) arrange() {
	g.stale = false
	queued := g.queued()
	g.todo, g.left = make([]slot, 0, len(g.members)), 0
	both := [...]func(*target, turns) (slot, bool){g.makeUp, g.own}
	for _, t := range g.members {
		h := t.history()
		for _, turn := range both {
			s, ok := turn(t, h)
			if !ok || queued[turnOf{t, s.madeUp}] || !h.polled.Before(s.since) || !s.due.After(h.handed) {
				continue
			}
			if !s.joined {
				g.left++
			}
			g.todo = append(g.todo, s)
		}
	}
	slices.SortStableFunc(g.todo, func(a, b slot) int { return a.due.Compare(b.due) })
}

// turnOf is one of the two turns that a target may have in a sweep.
type turnOf struct {
	target *target
	madeUp bool
}

// queued are the turns that are due already, and wait.
func (g *group) queued() map[turnOf]bool {
	all := make(map[turnOf]bool, g.waiting.len())
	for _, s := range g.waiting.turns() {
		all[turnOf{s.target, s.madeUp}] = true
	}
	for p := range g.queues {
		for _, s := range p.turns() {
			all[turnOf{s.target, s.madeUp}] = true
		}
	}
	return all
}

// place is when a target's turn is in the sweep.
func (g *group) place(t *target) time.Time {
	return g.sweep.start.Add(time.Duration(t.phase * g.spread * float64(g.interval)))
}

// own is a target's turn in the sweep itself, and that of one that has joined.
func (g *group) own(t *target, h turns) (s slot, ok bool) {
	sw := g.sweep
	s = slot{target: t, group: g, sweep: sw, since: sw.start, due: g.place(t)}
	if !h.after.IsZero() { // another process had it: a poll less than half an interval before its place is taken for this place's
		s.since = s.due.Add(-g.interval / 2)
		return s, !s.due.Before(h.joined)
	}
	fresh := h.polled.IsZero() || sw.catchUp && sw.start.Sub(h.polled) >= g.interval
	if fresh {
		s.due = sw.start
	} else if sw.catchUp && s.due.Sub(h.polled) < g.interval/2 { // the next sweep is soon enough
		return s, false
	}
	if s.due.Before(h.joined) {
		s.due, s.joined = h.joined, true
	}
	return s, true
}

// makeUp is the turn of a target whose place came while no process had it. It was not missed if the process before has polled it there, as far as
// is known. How late it may be, so that no device waits too long and no storm breaks loose, is worked out in docs/decisions/leases.md.
func (g *group) makeUp(t *target, h turns) (s slot, missed bool) {
	if h.after.IsZero() || !h.polled.Before(h.joined) {
		return s, false
	}
	place := g.place(t)
	if !place.Before(h.joined) {
		place = place.Add(-g.interval)
	}
	missed = h.polled.Before(place.Add(-g.interval / 2))
	if h.polled.IsZero() {
		missed = !place.Before(h.after)
	}
	s = slot{target: t, group: g, sweep: g.sweep, since: h.joined, due: place, joined: true, madeUp: true}
	if place.Before(h.joined) {
		s.due = h.joined.Add(max(0, place.Sub(h.gone)) / makeUpPace)
	}
	return s, missed
}

// settle takes a sweep's figures once its last poll has ended.
func (g *group) settle(s *sweep) {
	if s.handing || s.open != 0 || s.settled {
		return
	}
	s.settled = true
	g.sweeps.Done++
	g.sweeps.Duration = time.Since(s.start)
}

// figures returns what the group shows of itself.
func (g *group) figures(now time.Time) (s Sweeps, queue int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	due, _ := slices.BinarySearchFunc(g.todo, now, func(s slot, now time.Time) int {
		if s.due.After(now) {
			return 1
		}
		return -1
	})
	queue = due + g.waiting.len() + len(g.urgent)
	for p := range g.queues {
		queue += p.len()
	}
	s = g.sweeps
	s.Interval = g.interval
	return s, queue
}
