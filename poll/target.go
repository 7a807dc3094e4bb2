package poll

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netver/netver_exporter/inventory"
)

// target is a device in the engine's care.
type target struct {
	name   string
	phase  float64 // its place in a sweep, in [0, 1)
	status atomic.Pointer[Status]

	mu     sync.Mutex
	device *inventory.Device // nil: it left the inventory
	plan   *plan             // what its device belongs to
	group  *group
	held   bool // it is not to be polled, until the next plan
	turns
	before time.Time     // polled before that
	busy   bool          // a worker has it
	ended  chan struct{} // closed when the next poll ends; nil: nobody waits
	record record
}

// turns are the times by which a target's next turn is found.
type turns struct {
	after  time.Time // until then at least another process polled it; zero: none ever has
	gone   time.Time // by then that one had stopped
	joined time.Time // when its first poll is due, since it came into the inventory or must be polled anew
	handed time.Time // due time of its latest turn that was handed out since then; zero: none was
	polled time.Time // when a worker last took it; zero: never
}

func newTarget(name string, now time.Time) *target {
	return &target{name: name, phase: phase(name), turns: turns{joined: now}}
}

// phase spreads names evenly and is the same after a restart.
func phase(name string) float64 {
	sum := sha256.Sum256([]byte(name))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// change is what a new plan brings to a target, beyond its place.
type change struct {
	joined  bool // it is new, or back again
	device  bool // another device may be behind the name
	awaited bool // somebody waits for a poll that the group of before will not make
}

// joins reports that the device comes into the inventory, or has changed so that it must be polled anew.
func (t *target) joins(d *inventory.Device) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.device == nil || t.device.Disabled != d.Disabled || !sameDialogue(t.device, d)
}

// assign gives the target its place in a new plan. If it joins, its first poll is due within the window that begins now, at its
// phase.
func (t *target) assign(p *plan, g *group, d *inventory.Device, now time.Time, window time.Duration) (c change) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.device
	t.held = false
	c.awaited = t.group != g && t.ended != nil && !t.busy
	t.device, t.plan, t.group = d, p, g
	now = now.Add(time.Duration(t.phase * float64(window)))
	if d.Disabled {
		t.release()
	}
	switch {
	case old == nil, old.Disabled != d.Disabled: // new, or back again
		t.record, t.turns = record{}, turns{joined: now}
		c.joined = true
		t.store(&Status{Device: *d, Platform: d.Platform}, now)
		return c
	case !sameDialogue(old, d): // what is known may be another device's: ask at once
		t.turns = turns{joined: now}
		c.device = old.Address != d.Address
	case sameDevice(old, d):
		t.judge(now)
		return c
	}
	s := *t.status.Load()
	s.Device = *d
	if s.Pending() {
		s.Platform = d.Platform
	}
	t.store(&s, now)
	return c
}

// leave takes the target out of the inventory and reports whether a poll is in flight.
func (t *target) leave() (inFlight bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.device, t.plan, t.group = nil, nil, nil
	t.release()
	return t.busy
}

func (t *target) inFlight() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.busy
}

// home returns the target's group, nil if it has left the inventory.
func (t *target) home() *group {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.group
}

func (t *target) history() turns {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.turns
}

// handOut notes that a turn of the target is handed out.
func (t *target) handOut(due time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handed = due
}

// await returns a channel that is closed when the next poll ends, and the group to ask for one; nil: one is in flight, or
// asked for already.
func (t *target) await() (<-chan struct{}, *group) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended != nil {
		return t.ended, nil
	}
	t.ended = make(chan struct{})
	if t.device == nil || t.device.Disabled || t.held {
		defer t.release()
		return t.ended, nil
	}
	if t.busy {
		return t.ended, nil
	}
	return t.ended, t.group
}

// release tells those who wait that there is nothing more to wait for.
func (t *target) release() {
	if t.ended != nil {
		close(t.ended)
		t.ended = nil
	}
}

// skip tells those who wait for a poll that there will be none.
func (t *target) skip() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release()
}

// eligibility is what becomes of a slot that is due.
type eligibility int

const (
	skip    eligibility = iota // gone, in flight, or polled since
	healthy                    // for the ready lane
	failing                    // failed slowly and repeatedly: for the slow lane
)

func (t *target) eligibility(s slot) eligibility {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.wants(s):
		return skip
	case t.record.slow:
		return failing
	}
	return healthy
}

// ask returns the device as it is to be asked now, and by whom; nil if it has left.
func (t *target) ask() (*inventory.Device, Poller) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.device == nil {
		return nil, nil
	}
	return t.toAsk(), t.plan.poller
}

func (t *target) toAsk() *inventory.Device {
	d := t.device
	if d == nil || d.Platform != inventory.Auto {
		return d
	}
	if found := t.status.Load().Platform; found != inventory.Auto {
		known := *d
		known.Detected = found
		d = &known
	}
	return d
}

// wants reports that the slot is still worth a poll.
func (t *target) wants(s slot) bool {
	return t.group == s.group && !t.busy && !t.held && !t.device.Disabled && t.polled.Before(s.since)
}

// claim takes the target for a poll. At most one claim succeeds for a sweep, and none while a poll is in flight.
func (t *target) claim(s slot, now time.Time) (r *plan, d *inventory.Device, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.wants(s) {
		return nil, nil, false
	}
	t.busy, t.before, t.polled = true, t.polled, now
	return t.plan, t.toAsk(), true
}

// putBack undoes a claim: the poll has to wait for its turn to log in.
func (t *target) putBack(s slot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
	if t.polled.After(t.before) && !t.polled.Before(s.since) { // not if it is to be polled anew meanwhile
		t.polled = t.before
	}
}

// end gives the target back after a poll. Unless the device has left or changed meanwhile, result makes the new status
// from the old one; end then returns both.
func (t *target) end(polled *inventory.Device, result func(r *record, old *Status) *Status) (old, latest *Status) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.busy = false
	defer t.release()
	if result == nil || t.device == nil || !sameDialogue(t.device, polled) {
		return nil, nil
	}
	old = t.status.Load()
	latest = result(&t.record, old)
	t.store(latest, time.Now())
	return old, latest
}

// sameDialogue reports that both would be asked in the same way, so that an answer of one is an answer of the other.
func sameDialogue(a, b *inventory.Device) bool {
	return a.Address == b.Address && a.Platform == b.Platform && a.Credential == b.Credential &&
		a.Mode == b.Mode && a.Legacy == b.Legacy && a.Jump == b.Jump
}

func sameDevice(a, b *inventory.Device) bool {
	return sameDialogue(a, b) && a.Name == b.Name && a.Group == b.Group && a.HostKeys == b.HostKeys && slices.Equal(a.Labels, b.Labels)
}
