package poll

import (
	"cmp"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/parser"
)

// record is what is remembered of a target from poll to poll beyond its status.
type record struct {
	boot      boot
	version   string // the last known, which outlives keep_facts
	serial    string
	failures  int // in a row
	slow      bool
	announced failure.Reason // the outcome last logged
	recalled  time.Time      // when facts were taken over whose age is not known; zero: there are none
	past      past           // polls
	versions  []VersionChange
	reboots   []Reboot
}

// slowPart is the part of the timeout above which a failure is slow: such a device costs the pool more than a
// healthy one, whatever its reason.
const slowPart = 10

// result is one ended poll.
type result struct {
	outcome  Outcome
	reason   failure.Reason
	retries  uint64
	start    time.Time
	duration time.Duration
	settings Settings

	// Set by apply, for the log.
	logged   bool           // the outcome is one to log if it differs from the previous one
	previous failure.Reason // the outcome logged last
	version  string         // the version known before
}

// ours reports a failure that says nothing of the device: it was not asked.
func (res *result) ours() bool {
	return res.reason == failure.Paused || failure.OwnLimit(res.outcome.Err)
}

// apply makes the new status from the old one and the result.
func (r *record) apply(old *Status, res *result) *Status {
	s := *old
	if s.Polls > 0 && (old.Reason == "") != (res.reason == "") {
		s.Since = res.start
	}
	s.Polls++
	s.Retries += res.retries
	s.LastPoll, s.Duration, s.Reason, s.Err = res.start, res.duration, res.reason, ""
	res.version = r.version
	if !res.ours() { // the log tells of the cause, not of each device
		res.logged, res.previous, r.announced = true, r.announced, res.reason
	}
	if res.outcome.Platform != nil {
		s.Platform, s.Vendor = res.outcome.Platform.ID, res.outcome.Platform.Vendor
	}
	if res.outcome.Unsure {
		s.Platform = s.Device.Platform
	}
	if res.outcome.Err != nil {
		s.Failures++
		s.Err = res.outcome.Err.Error()
		r.fail(&s, res)
		return &s
	}
	r.failures, r.slow = 0, false
	r.learn(&s, res)
	return &s
}

func (r *record) fail(s *Status, res *result) {
	s.Facts.Uptime = nil
	if s.Facts.Version != "" && res.start.Sub(later(s.LastSuccess, r.recalled)) > res.settings.KeepFacts {
		s.Facts, s.BootTime, s.SSH = parser.Facts{}, time.Time{}, nil
	}
	if res.ours() || res.reason == failure.Jump { // nobody asked it
		return
	}
	r.failures++
	repeated := r.failures > 1 || s.LastSuccess.IsZero()
	r.slow = repeated && res.duration > res.settings.Timeout/slowPart
}

// learn takes the facts of a good poll.
func (r *record) learn(s *Status, res *result) {
	now := res.start.Add(res.duration)
	facts := res.outcome.Facts
	s.SSH = res.outcome.SSH
	if changed(r.serial, facts.Serial) {
		// Another box under the same name: neither its uptime nor its version is a change of the old one's.
		r.boot, r.version, r.versions, r.reboots = boot{}, "", nil, nil
	}
	if facts.BootTime.After(now.Add(slack)) { // by a clock that is wrong
		facts.BootTime = time.Time{}
	}
	rebooted := false
	switch {
	case facts.Uptime != nil:
		rebooted = r.boot.observe(now, *facts.Uptime)
		r.boot.refine(now, facts.Booted)
	case !facts.BootTime.IsZero():
		rebooted = r.boot.observeTime(now, facts.BootTime)
		if age := now.Sub(facts.BootTime); age >= 0 {
			facts.Uptime = &parser.Uptime{Age: age, Resolution: time.Second}
		}
	}
	s.BootTime = time.Time{}
	if facts.Uptime != nil || !facts.BootTime.IsZero() {
		s.BootTime = r.boot.time
	}
	if rebooted {
		s.Reboots++
		s.Rebooted = res.start
		r.reboots = remember(r.reboots, Reboot{At: res.start, Booted: r.boot.time, Reason: facts.ReloadReason})
	}
	if changed(r.version, facts.Version) {
		s.VersionChanges++
		s.VersionChanged = res.start
		r.versions = remember(r.versions, VersionChange{At: res.start, From: r.version, To: facts.Version})
	}
	r.version, r.serial = cmp.Or(facts.Version, r.version), cmp.Or(facts.Serial, r.serial)
	s.Facts, s.LastSuccess = facts, res.start
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// changed reports that both are known and differ.
func changed(old, latest string) bool { return old != "" && latest != "" && old != latest }
