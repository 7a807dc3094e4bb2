package poll

import (
	"sync/atomic"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// Snapshot is the state of fleet and engine at one moment.
type Snapshot struct {
	Devices  []*Status // sorted by name
	Workers  int       // the cap
	Busy     int
	Queue    int // polls due and not yet started
	Polls    uint64
	Retries  uint64
	Failures map[failure.Reason]uint64 // every reason, from 0
	Sweeps   map[string]Sweeps         // by group
	Logins   map[string]logins.State   // by credential: every credential in use
	Sources  []inventory.Status        // of devices: for whoever runs them to fill in, since the engine knows none
	Share    Share                     // for whoever divides the inventory to fill in
}

// Share is which part of an inventory the engine polls.
type Share struct {
	Inventory int      // devices of the whole inventory
	Owned     int      // of them, those that the engine polls
	Unowned   int      // of them, those that no process may take
	Cluster   *Cluster // nil: the process knows of no others
}

// Cluster is the processes that share an inventory, as this one sees them.
type Cluster struct {
	Members  int    // those that live, this one among them
	Up       bool   // this one is a member, and knows the others
	Changes  uint64 // devices that it took and gave away
	Mismatch bool   // a member has another configuration or inventory

	Silent []string // names of those that have not told of their devices, which are missing here; only in a snapshot of the whole fleet
}

// Sweeps are one group's figures.
type Sweeps struct {
	Done, Skipped uint64
	Duration      time.Duration // of the latest that ended; 0: none yet
	LastSkip      time.Time     // zero: none was skipped
	Interval      time.Duration // from one to the next
}

// Snapshot returns the latest status of every device, sorted by name, and the engine's own figures.
func (e *Engine) Snapshot() Snapshot {
	r := e.current.Load()
	s := Snapshot{
		Devices:  make([]*Status, len(r.targets)),
		Workers:  r.settings.Concurrency,
		Busy:     int(e.busy.Load()),
		Polls:    e.counters.polls.Load(),
		Retries:  e.counters.retries.Load(),
		Failures: e.counters.byReason(),
		Sweeps:   make(map[string]Sweeps, len(r.groups)),
		Logins:   e.door.States(),
	}
	for i, t := range r.targets {
		s.Devices[i] = t.status.Load()
	}
	now := time.Now()
	for name, g := range r.groups {
		sweeps, queue := g.figures(now)
		s.Sweeps[name] = sweeps
		s.Queue += queue
	}
	return s
}

// counters count the polls of the whole fleet, those of devices that have left among them.
type counters struct {
	polls, retries atomic.Uint64
	failures       map[failure.Reason]*atomic.Uint64
}

func newCounters() *counters {
	c := &counters{failures: make(map[failure.Reason]*atomic.Uint64, len(failure.Reasons))}
	for _, r := range failure.Reasons {
		c.failures[r] = new(atomic.Uint64)
	}
	return c
}

func (c *counters) count(reason failure.Reason, retries uint64) {
	c.polls.Add(1)
	c.retries.Add(retries)
	if reason != "" {
		c.failures[reason].Add(1)
	}
}

func (c *counters) byReason() map[failure.Reason]uint64 {
	m := make(map[failure.Reason]uint64, len(c.failures))
	for r, n := range c.failures {
		m[r] = n.Load()
	}
	return m
}
