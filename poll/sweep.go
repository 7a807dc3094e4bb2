package poll

import (
	"slices"
	"time"
)

// sweep is one run over a group.
type sweep struct {
	start   time.Time
	catchUp bool      // the first of a schedule: a device that was not polled for an interval is due at once
	handing bool      // not all slots are handed out
	passed  time.Time // due time of the last slot handed out
	open    int       // slots handed out whose poll has not ended
	settled bool      // its figures are taken
}

// open begins the first sweep of a schedule: at once, or in step with the schedule from before a restart.
func (g *group) open(now time.Time) (start time.Time, interval time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	start = now
	if g.inStep {
		g.resume = time.Unix(0, 0)
	}
	if since := now.Sub(g.resume); !g.resume.IsZero() && since >= 0 {
		start = now.Add(-(since % g.interval))
	}
	g.resume = time.Time{}
	g.begin(&sweep{start: start, catchUp: true, handing: true})
	return start, g.interval
}

// tick begins a sweep, unless the last one still hands out.
func (g *group) tick() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sweep.handing {
		g.sweeps.Skipped++
		g.sweeps.LastSkip = time.Now()
		return
	}
	g.begin(&sweep{start: time.Now(), handing: true})
}

func (g *group) begin(s *sweep) {
	g.sweep = s
	g.stale = true
	notify(g.wake)
}

// makeUpPace is how much quicker than usual the polls of devices are made up for whose place came while no process had them.
const makeUpPace = 4

// arrange lays out what is left of the sweep for the members as they are now.
func (g *group) arrange() {
	g.stale = false
	queued := make(map[*target]bool, len(g.waiting))
	for _, s := range g.waiting {
		queued[s.target] = true
	}
	for p := range g.queues {
		for _, s := range p.slots {
			queued[s.target] = true
		}
	}
	g.todo, g.left = make([]slot, 0, len(g.members)), 0
	sw := g.sweep
	for _, t := range g.members {
		polled, joined, after := t.times()
		if queued[t] || !polled.Before(sw.start) {
			continue
		}
		due := sw.start
		fresh := after.IsZero() && (polled.IsZero() || sw.catchUp && sw.start.Sub(polled) >= g.interval)
		if !fresh {
			due = due.Add(time.Duration(t.phase * g.spread * float64(g.interval)))
		}
		if sw.catchUp && !fresh && due.Sub(polled) < g.interval/2 { // the next sweep is soon enough
			continue
		}
		late := due.Before(joined)
		if late {
			due = joined
		}
		if !after.IsZero() && polled.Before(joined) { // another process had it, and this one has not polled it yet
			place := sw.start.Add(time.Duration(t.phase * g.spread * float64(g.interval)))
			before, missed := g.makeUp(place.Add(-g.interval), polled, after, joined)
			switch now, missedNow := g.makeUp(place, polled, after, joined); {
			case missed:
				due, late = before, true
			case missedNow:
				due = now
			case late:
				continue
			}
		}
		if due.Before(sw.passed) { // it had its turn
			continue
		}
		if !late {
			g.left++
		}
		g.todo = append(g.todo, slot{target: t, group: g, sweep: sw, since: sw.start, due: due, joined: late})
	}
	slices.SortStableFunc(g.todo, func(a, b slot) int { return a.due.Compare(b.due) })
}

// makeUp is when a device is polled whose place came while no process had it. It was not missed if this process had it by then, or the one
// before has polled it there, as far as is known.
func (g *group) makeUp(place, polled, after, joined time.Time) (due time.Time, missed bool) {
	byOther := place.Sub(polled) < g.interval/2
	if polled.IsZero() {
		byOther = place.Before(after)
	}
	return joined.Add(max(0, place.Sub(after)) / makeUpPace), place.Before(joined) && !byOther
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
	queue = due + len(g.waiting) + len(g.urgent)
	for p := range g.queues {
		queue += len(p.slots)
	}
	s = g.sweeps
	s.Interval = g.interval
	return s, queue
}
