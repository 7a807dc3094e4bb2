// Package poll knows when and how many: workers, sweeps, results. It knows neither SSH nor metrics.
package poll

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-co-op/gocron/v2"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// Poller asks one device. Every login goes through the ticket. It may be used by many goroutines at once, also after its plan
// has been replaced, by polls that are still in flight.
type Poller interface {
	Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) Outcome
}

// keeper is a Poller that keeps sessions from poll to poll.
type keeper interface {
	Kept(d *inventory.Device) bool // a session is there, as far as is known
}

// reserver is a Poller that reaches devices through jump hosts, which have places for a number of polls at once.
type reserver interface {
	// Reserve takes a place at the device's jump host for a poll, which free gives back if the poll does not use it. It returns nil
	// if there is none: then wake is called once, with the places locked, when it may be worth asking again.
	Reserve(d *inventory.Device, wake func()) (free func())
}

// Observer is told of each poll as it ends, from the worker that ran it.
type Observer interface {
	Observe(Event)
}

// Engine polls a plan on schedule. Make it with New.
type Engine struct {
	log       *slog.Logger
	observer  Observer
	counters  *counters
	door      *logins.Door
	lanes     lanes
	busy      atomic.Int64
	phases    *phaseNames
	failed    *failedSessions
	revisions atomic.Uint64 // statuses that were made
	limited   atomic.Bool   // a limit of ours was reached, and the log has told
	current   atomic.Pointer[plan]

	swap    sync.RWMutex       // held while plan and door are replaced, and, shared, while a poll passes the door with its plan
	apply   sync.Mutex         // one Apply at a time
	leaving map[string]*target // left the inventory while a poll was in flight; guarded by apply
	changed chan struct{}      // tells Run of a new plan
	ended   chan struct{}      // tells that a poll of a device that is held has ended
}

// plan is a Plan made ready. It is immutable; Apply replaces it whole.
type plan struct {
	settings  Settings
	poller    Poller
	judge     Judge
	revisions *atomic.Uint64 // statuses that the engine has made
	may       func() bool    // nil: always
	targets   []*target      // sorted by name
	byName    map[string]*target
	groups    map[string]*group
}

// New makes an engine that has not started. The observer may be nil.
func New(p Plan, log *slog.Logger, o Observer) (*Engine, error) {
	e := &Engine{
		log:      log,
		observer: o,
		counters: newCounters(),
		door:     logins.New(log),
		lanes:    lanes{ready: make(chan slot), slow: make(chan slot)},
		phases:   newPhaseNames(),
		failed:   newFailedSessions(),
		leaving:  make(map[string]*target),
		changed:  make(chan struct{}, 1),
		ended:    make(chan struct{}, 1),
	}
	e.current.Store(&plan{})
	if err := e.Apply(p); err != nil {
		return nil, err
	}
	return e, nil
}

// Run polls until the context ends, then waits for the polls in flight to end.
func (e *Engine) Run(ctx context.Context) error {
	schedule, err := gocron.NewScheduler()
	if err != nil {
		return fmt.Errorf("make the schedule: %w", err)
	}
	schedule.Start()
	r := runner{engine: e, schedule: schedule, live: make(map[*group]*job)}
	err = r.reconcile(ctx)
	for err == nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-e.changed:
			err = r.reconcile(ctx)
		}
	}
	r.stop()
	if stopErr := schedule.Shutdown(); err == nil && stopErr != nil {
		err = fmt.Errorf("stop the schedule: %w", stopErr)
	}
	return err
}

// Apply replaces the plan. Devices that stay keep their counters, facts and phase; those that left are gone from the
// next Snapshot on. Of credentials that are the same nothing is forgotten; others are tried anew. An error changes nothing.
func (e *Engine) Apply(p Plan) error {
	if err := p.validate(); err != nil {
		return err
	}
	e.apply.Lock()
	defer e.apply.Unlock()

	old, now := e.current.Load(), time.Now()
	next := &plan{
		settings:  p.Settings,
		poller:    p.Poller,
		judge:     p.Judge,
		revisions: &e.revisions,
		byName:    make(map[string]*target),
		groups:    make(map[string]*group),
	}
	var fleet *logins.Fleet
	if p.Replica != nil {
		next.may, fleet = p.Replica.May, p.Replica.Logins
	}
	e.swap.Lock()
	members := make(map[*group][]*target)
	var awaited []*target
	var inherited []*target
	for i := range p.Groups {
		g := &p.Groups[i]
		kept, ok := old.groups[g.Name]
		if !ok {
			kept = newGroup(g.Name, e.lanes)
		}
		next.groups[g.Name] = kept
		window := e.window(old, g, p.Settings.Spread)
		for j := range g.Devices {
			d := &g.Devices[j]
			t := e.target(old, d.Name, now)
			change := t.assign(next, kept, d, now, window)
			if change.joined && p.Replica != nil && !p.Replica.Since.IsZero() {
				t.joinAt(p.Replica.Since, p.Replica.gone(), now)
				inherited = append(inherited, t)
			}
			if change.device {
				e.door.Forget(d.Name)
			}
			if change.awaited {
				awaited = append(awaited, t)
			}
			next.byName[d.Name] = t
			next.targets = append(next.targets, t)
			if d.Disabled {
				e.failed.keep(d.Name, nil)
			} else {
				members[kept] = append(members[kept], t)
			}
		}
	}
	slices.SortFunc(next.targets, func(a, b *target) int { return cmp.Compare(a.name, b.name) })
	e.door.Configure(logins.Settings{Most: p.Settings.Concurrency, Rate: p.Settings.LoginRate, Credentials: p.Credentials, Refused: p.Refused, Fleet: fleet})
	e.inherit(p.Replica, inherited, p.Settings.KeepFacts, now)
	e.current.Store(next)
	e.release(old, next)
	e.swap.Unlock()
	for i := range p.Groups {
		g := &p.Groups[i]
		next.groups[g.Name].configure(g, p.Settings.Spread, p.Replica != nil, members[next.groups[g.Name]])
	}
	for _, t := range awaited {
		if g := t.home(); g != nil {
			g.pollSoon(t, now)
		}
	}
	notify(e.changed)
	return nil
}

// joinPace is how many devices a second are polled first when they join while the engine runs: one is polled at once, and
// thousands do not crowd out those that are there.
const joinPace = 10

// window is the time over which the first polls of the devices that join a group are spread: as long as their number takes, and
// one spread at most. The first plan's devices are due at once.
func (e *Engine) window(old *plan, g *Group, spread float64) time.Duration {
	if old.byName == nil {
		return 0
	}
	joining := 0
	for j := range g.Devices {
		if t, known := old.byName[g.Devices[j].Name]; !known || t.joins(&g.Devices[j]) {
			joining++
		}
	}
	return min(time.Duration(joining-1)*time.Second/joinPace, time.Duration(spread*float64(g.Interval)))
}

// target finds the device among those known, so that it keeps what is known of it.
func (e *Engine) target(old *plan, name string, now time.Time) *target {
	if t, ok := old.byName[name]; ok {
		return t
	}
	if t, ok := e.leaving[name]; ok { // it came back while its poll was in flight: one target, so never two polls
		delete(e.leaving, name)
		return t
	}
	return newTarget(name, now)
}

// release lets go of the targets that are not in the next plan.
func (e *Engine) release(old, next *plan) {
	for name, t := range e.leaving {
		if !t.inFlight() {
			delete(e.leaving, name)
		}
	}
	var gone []string
	for name, t := range old.byName {
		if _, stays := next.byName[name]; stays {
			continue
		}
		gone = append(gone, name)
		if t.leave() {
			e.leaving[name] = t
		}
		e.failed.keep(name, nil)
	}
	e.door.Forget(gone...)
}

// freshFor is how long a result answers a PollNow: nobody wants to know more often, and a flood of requests must not
// become a flood of logins.
const freshFor = 5 * time.Second

// PollNow polls one device of the inventory at once, ahead of the schedule but within the caps, and returns its new
// status. A poll in flight is awaited instead of a second one; a device that was polled a moment ago, or that is left
// alone because it refused the login, is not asked. When the context ends first, the status is the latest known and the
// poll goes on. ok is false if there is no such device.
func (e *Engine) PollNow(ctx context.Context, name string) (s *Status, ok bool) {
	t, ok := e.current.Load().byName[name]
	if !ok {
		return nil, false
	}
	now := time.Now()
	if latest := t.status.Load(); now.Sub(latest.LastPoll.Add(latest.Duration)) < freshFor {
		return latest, true
	}
	ended, g := t.await()
	if g != nil {
		g.pollSoon(t, now)
	}
	select {
	case <-ctx.Done():
	case <-ended:
	}
	return t.status.Load(), true
}

// Hear takes in what another process tells of credentials, and reports whether it has the same secrets.
func (e *Engine) Hear(all []logins.Shared) (agreed bool) { return e.door.Hear(all) }

// notify wakes the reader of a channel that holds one notice.
func notify(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
