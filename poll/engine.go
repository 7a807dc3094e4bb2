// Package poll knows when and how many: workers, sweeps, results. It knows neither SSH nor metrics.
package poll

import (
	"context"
	"log/slog"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/sshcli"
)

// Poller asks one device.
type Poller interface {
	Poll(ctx context.Context, d *inventory.Device) Outcome
}

// Observer is told of each poll as it ends, from the worker that ran it.
type Observer interface {
	Observe(Event)
}

// Event is one ended poll.
type Event struct {
	Lag      time.Duration // start minus due
	Duration time.Duration
	Reason   sshcli.Reason // "" when it succeeded
}

// Settings are the engine's own.
type Settings struct {
	Timeout     time.Duration // one device, everything included
	Concurrency int           // devices polled at once
	LoginRate   float64       // logins started per second over the whole fleet; 0: no limit
	Spread      float64       // the fraction of the interval over which a later sweep is spread
	KeepFacts   time.Duration // how long facts outlive the last good poll
}

// Group is a part of the fleet with a schedule of its own.
type Group struct {
	Name        string
	Interval    time.Duration
	Concurrency int // at most this many of the group at once; 0: no cap of its own
	Devices     []inventory.Device
}

// Plan is what to poll and how: one configuration, complete. Its Poller belongs to it, since credentials and platforms
// come from the same file.
type Plan struct {
	Settings Settings
	Groups   []Group
	Poller   Poller
}

// Engine polls a plan on schedule. Make it with New.
type Engine struct{}

// New makes an engine that has not started. The observer may be nil.
func New(plan Plan, log *slog.Logger, o Observer) (*Engine, error) { panic("todo") }

// Run polls until the context ends, then waits for the polls in flight to end.
func (e *Engine) Run(ctx context.Context) error { panic("todo") }

// Apply replaces the plan. Devices that stay keep their counters, facts and phase; those that left are gone from the
// next Snapshot on. An error changes nothing.
func (e *Engine) Apply(plan Plan) error { panic("todo") }

// PollNow polls one device of the inventory at once and returns its new status. ok is false if there is no such device.
func (e *Engine) PollNow(ctx context.Context, name string) (s *Status, ok bool) { panic("todo") }

// Snapshot returns the latest status of every device, sorted by name, and the engine's own figures.
func (e *Engine) Snapshot() Snapshot { panic("todo") }

// Snapshot is the state of fleet and engine at one moment.
type Snapshot struct {
	Devices  []*Status // sorted by name
	Workers  int       // the cap
	Busy     int
	Queue    int // polls due and not yet started
	Polls    uint64
	Retries  uint64
	Failures map[sshcli.Reason]uint64 // every reason, from 0
	Sweeps   map[string]Sweeps        // by group
	Paused   map[string]bool          // by credential: every credential in use
}

// Sweeps are one group's figures.
type Sweeps struct {
	Done, Skipped uint64
	Duration      time.Duration // of the latest that ended; 0: none yet
}
