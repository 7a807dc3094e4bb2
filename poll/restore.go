package poll

import (
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
)

// restore gives groups and targets their state, as far as they are still in the inventory.
func (e *Engine) restore(kept *state) {
	r := e.current.Load()
	for _, s := range kept.groups {
		if g, ok := r.groups[s.Name]; ok {
			g.restore(s)
		}
	}
	now := time.Now()
	memories := make(map[string][]logins.DeviceMemory)
	for _, t := range r.targets {
		if s, ok := kept.devices[t.name]; ok && t.restore(s, r.settings.KeepFacts, now) {
			memories[t.name] = s.Logins
		}
	}
	e.door.Recall(kept.credentials, memories)
}

func (g *group) state() *groupState {
	g.mu.Lock()
	defer g.mu.Unlock()
	return &groupState{Name: g.name, Interval: g.interval, Sweep: g.sweep.start}
}

func (g *group) restore(s groupState) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Interval == g.interval {
		g.resume = s.Sweep
	}
}

// state returns nil for a target that has not been polled.
func (t *target) state() *deviceState {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, r := t.status.Load(), &t.record
	if t.device == nil || s.Pending() {
		return nil
	}
	kept := &deviceState{
		Name: t.name, Address: t.device.Address, Wanted: t.device.Platform,
		Platform: s.Platform, Vendor: s.Vendor, Polls: s.Polls, Failures: s.Failures, Retries: s.Retries,
		Reboots: s.Reboots, VersionChanges: s.VersionChanges, Since: s.Since, Rebooted: s.Rebooted, VersionChanged: s.VersionChanged, LastPoll: s.LastPoll, LastSuccess: s.LastSuccess,
		Duration: s.Duration, Reason: s.Reason, Err: s.Err, Facts: keepFacts(s.Facts), BootTime: s.BootTime,
		Boot:    r.boot.state(),
		Version: r.version, Serial: r.serial, InARow: r.failures, Slow: r.slow, Announced: r.announced,
	}
	for _, c := range r.versions {
		kept.VersionHistory = append(kept.VersionHistory, versionState(c))
	}
	for _, b := range r.reboots {
		kept.RebootHistory = append(kept.RebootHistory, rebootState(b))
	}
	return kept
}

// restore gives a target its state. It reports that the device behind the name is the same.
func (t *target) restore(s deviceState, keepFacts time.Duration, now time.Time) (same bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.LastPoll.After(now) { // our clock was set back: nothing of it can be dated
		return false
	}
	same = t.device.Address == s.Address
	if same && t.device.Platform == s.Wanted {
		t.polled = s.LastPoll
	}
	t.record = record{
		boot:    s.Boot.boot(),
		version: s.Version, serial: s.Serial, failures: s.InARow, slow: s.Slow, announced: s.Announced,
	}
	for _, c := range s.VersionHistory {
		t.record.versions = remember(t.record.versions, VersionChange(c))
	}
	for _, b := range s.RebootHistory {
		t.record.reboots = remember(t.record.reboots, Reboot(b))
	}
	latest := s.status(t.device, keepFacts, now)
	t.store(latest, now)
	return same
}

// status is what the state of a device amounts to.
func (s *deviceState) status(d *inventory.Device, keepFacts time.Duration, now time.Time) *Status {
	made := &Status{
		Device: *d, Platform: s.Platform, Vendor: s.Vendor,
		Polls: s.Polls, Failures: s.Failures, Retries: s.Retries, Reboots: s.Reboots, VersionChanges: s.VersionChanges,
		Since: s.Since, Rebooted: s.Rebooted, VersionChanged: s.VersionChanged, LastPoll: s.LastPoll, LastSuccess: s.LastSuccess, Duration: s.Duration, Reason: s.Reason, Err: s.Err,
		Facts: s.Facts.facts(), BootTime: s.BootTime,
	}
	if now.Sub(s.LastSuccess) > keepFacts {
		made.Facts, made.BootTime = parser.Facts{}, time.Time{}
	}
	return made
}
