package poll

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// slot is one target's turn.
type slot struct {
	target *target
	group  *group
	sweep  *sweep    // nil: PollNow
	since  time.Time // skip this turn if the target was polled since
	due    time.Time
	slow   bool     // takes the slow lane
	parked *parking // where it waits for the door or a jump host; nil: nowhere
	joined bool     // its due time is that of a device that joined, not one of the sweep
	madeUp bool     // it is for a place that came while no process had the device
}

// group hands out its part of the fleet. One goroutine (run) hands out; all state is behind the mutex.
type group struct {
	name string
	out  lanes
	wake chan struct{} // tells run to look again

	mu       sync.Mutex
	interval time.Duration
	spread   float64
	timeout  time.Duration // of one poll; 0: that of the settings
	cap      int           // of polls at once; 0: none
	inStep   bool          // sweeps begin at whole intervals of the wall clock, counted from epoch
	epoch    time.Time
	members  []*target          // ordered by phase
	sweep    *sweep             // the latest
	stale    bool               // todo does not match members and sweep
	urgent   []slot             // asked for by PollNow
	todo     []slot             // what is left of the sweep, and devices that join, ordered by due time
	left     int                // of todo, how many are the sweep's own
	resume   time.Time          // start of a sweep before a restart, for the first one to go on with; zero: none
	waiting  turnQueue          // due, for the slow lane, what earlier sweeps left first
	parked   map[place]*parking // due, and waiting for their turn to log in, or for their jump host
	queues   map[*parking]bool  // those of them where a turn waits
	running  int
	slowly   int // of running, how many came by the slow lane
	sweeps   Sweeps
}

func newGroup(name string, out lanes) *group {
	return &group{
		name: name, out: out, wake: make(chan struct{}, 1), epoch: time.Unix(0, 0), sweep: &sweep{},
		parked: make(map[place]*parking), queues: make(map[*parking]bool),
	}
}

// configure gives the group its part of a new plan. A sweep under way goes on with the new members.
func (g *group) configure(plan *Group, spread float64, inStep bool, members []*target) {
	slices.SortFunc(members, func(a, b *target) int { return cmp.Compare(a.phase, b.phase) })
	g.mu.Lock()
	defer g.mu.Unlock()
	g.interval, g.timeout, g.cap, g.spread = plan.Interval, plan.Timeout, plan.Concurrency, spread
	g.members, g.inStep = members, inStep
	g.stale = true
	for p := range g.queues { // the jump hosts may be other ones now, or have more places
		p.calls.Add(1)
	}
	notify(g.wake)
}

func (g *group) period() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.interval
}

// timeoutOf is how long one poll may take.
func (g *group) timeoutOf(s Settings) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return cmp.Or(g.timeout, s.Timeout)
}

// pollSoon puts a target ahead of the sweep.
func (g *group) pollSoon(t *target, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.urgent = append(g.urgent, slot{target: t, group: g, since: now, due: now})
	notify(g.wake)
}

// run hands out until the context ends.
func (g *group) run(ctx context.Context) {
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		ready, slow, wait := g.next(time.Now())
		var toReady, toSlow chan<- slot // nil: nothing to offer
		if ready.target != nil {
			toReady = g.out.ready
		}
		if slow.target != nil {
			toSlow = g.out.slow
		}
		var due <-chan time.Time
		if wait > 0 {
			alarm.Reset(wait)
			due = alarm.C
		}
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		case <-due:
		case toReady <- ready:
			g.sent(ready)
		case toSlow <- slow:
			g.sent(slow)
		}
	}
}

// next returns the turns to offer to the workers, a zero slot where a lane has none, and how long until another falls
// due, 0 if no time can tell.
func (g *group) next(now time.Time) (ready, slow slot, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stale {
		g.arrange()
	}
	wait = g.sort(now)
	roomForSlow := g.cap == 0 || g.slowly < slowMost(g.cap)
	if g.cap > 0 && g.running >= g.cap {
		return ready, slow, wait
	}
	parked, parkedSlow, unparking := g.unparked(now)
	switch {
	case len(g.urgent) > 0:
		ready = g.urgent[0]
	case parked.target != nil:
		ready = parked
	case len(g.todo) > 0 && wait == 0:
		ready = g.todo[0]
	}
	switch {
	case !roomForSlow:
	case parkedSlow.target != nil:
		slow = parkedSlow
	case g.waiting.len() > 0:
		slow = *g.waiting.first()
	}
	if unparking > 0 && (wait == 0 || unparking < wait) {
		wait = unparking
	}
	return ready, slow, wait
}

// sort drops the turns that are not needed any more, moves those that are due and slow to their lane, and ends the
// handing out when none is left. It returns how long until the first of todo is due.
func (g *group) sort(now time.Time) (wait time.Duration) {
	for len(g.urgent) > 0 {
		s := g.urgent[0]
		e := s.target.eligibility(s)
		if e == healthy {
			break
		}
		if g.urgent = g.urgent[1:]; e == failing { // its lane's share of the workers holds for it, too
			s.slow = true
			g.waiting.insert(0, s)
		}
	}
	for g.waiting.len() > 0 && g.waiting.first().target.eligibility(*g.waiting.first()) == skip {
		g.close(g.waiting.first().sweep)
		g.waiting.remove(0)
	}
	defer g.endHanding()
	for len(g.todo) > 0 {
		s := g.todo[0]
		if wait = s.due.Sub(now); wait > 0 {
			return wait
		}
		switch s.target.eligibility(s) {
		case healthy:
			if !g.parkBehind(s, now) {
				return 0
			}
		case failing:
			s.slow = true
			s.sweep.open++
			g.waiting.push(s)
		}
		g.pass()
	}
	return 0
}

// endHanding ends the sweep's handing out once all of its own turns are handed out: devices that join do not hold up the next one.
func (g *group) endHanding() {
	if g.sweep.handing && g.left == 0 {
		g.sweep.handing = false
		g.settle(g.sweep)
	}
}

// sent takes the slot that a worker has received out of its queue.
func (g *group) sent(s slot) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running++
	if s.slow {
		g.slowly++
	}
	switch {
	case s.parked != nil:
		s.parked.take(s)
	case s.slow:
		g.waiting.take(s)
	case s.sweep == nil:
		g.urgent = g.urgent[1:]
	default:
		s.sweep.open++
		g.pass()
	}
}

// pass takes the first slot out of todo.
func (g *group) pass() {
	g.todo[0].target.handOut(g.todo[0].due)
	if !g.todo[0].joined {
		g.left--
	}
	g.todo = g.todo[1:]
}

// ended is called by the worker when it is through with the slot.
func (g *group) ended(s slot) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	if s.slow {
		g.slowly--
	}
	g.close(s.sweep)
	if g.cap > 0 {
		notify(g.wake)
	}
}

func (g *group) close(s *sweep) {
	if s != nil {
		s.open--
		g.settle(s)
	}
}
