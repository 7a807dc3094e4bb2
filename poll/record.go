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
	refusals  int // of the credential, in a row
	slow      bool
	announced failure.Reason // the outcome last logged
	notBefore time.Time      // backing off until then
}

// slowPart is the part of the timeout above which a failure is slow: such a device costs the pool more than a
// healthy one, whatever its reason.
const slowPart = 10

// longestBackOff bounds the back-off of a device that refuses its credential.
const longestBackOff = time.Hour

// result is one ended poll, as record weighs it.
type result struct {
	outcome  Outcome
	reason   failure.Reason
	retries  uint64
	start    time.Time
	duration time.Duration
	settings Settings
	interval time.Duration
	backOff  bool // a refused credential slows the device down

	before failure.Reason // set by weigh: the outcome to log a change from; the same as reason if there is none to log
}

// forgive ends a back-off: the configuration has been loaded again, perhaps with the right password.
func (r *record) forgive() { r.refusals, r.notBefore = 0, time.Time{} }

// weigh makes the new status from the old one and the result.
func (r *record) weigh(old *Status, res *result) *Status {
	s := *old
	s.Polls++
	s.Retries += res.retries
	s.LastPoll, s.Duration, s.Reason, s.Err = res.start, res.duration, res.reason, ""
	res.before = res.reason
	if res.reason != failure.Paused { // the credential speaks for all its devices, see breaker
		res.before, r.announced = r.announced, res.reason
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
	r.forgive()
	r.learn(&s, res)
	return &s
}

func (r *record) fail(s *Status, res *result) {
	s.Facts.Uptime = nil
	if s.Facts.Version != "" && res.start.Sub(s.LastSuccess) > res.settings.KeepFacts {
		s.Facts, s.BootTime = parser.Facts{}, time.Time{}
	}
	if res.reason == failure.Paused { // nobody asked it
		return
	}
	r.failures++
	repeated := r.failures > 1 || s.LastSuccess.IsZero()
	r.slow = repeated && res.duration > res.settings.Timeout/slowPart
	if res.reason != failure.Auth {
		r.forgive()
		return
	}
	r.refusals++
	if res.backOff {
		r.notBefore = res.start.Add(backOff(r.refusals, res.interval))
	}
}

// backOff is how long a device is left alone after n refusals in a row: 2, 4, 8 … sweeps, less half a one since a
// device does not come exactly at its time.
func backOff(n int, interval time.Duration) time.Duration {
	longest := max(longestBackOff, interval)
	pause := interval
	for range n {
		if pause *= 2; pause >= longest {
			pause = longest
			break
		}
	}
	return pause - interval/2
}

// learn takes the facts of a good poll.
func (r *record) learn(s *Status, res *result) {
	now := res.start.Add(res.duration)
	facts := res.outcome.Facts
	if changed(r.serial, facts.Serial) {
		// Another box under the same name: neither its uptime nor its version is a change of the old one's.
		r.boot, r.version = boot{}, ""
	}
	if facts.BootTime.After(now.Add(slack)) { // by a clock that is wrong
		facts.BootTime = time.Time{}
	}
	rebooted := false
	switch {
	case facts.Uptime != nil:
		rebooted = r.boot.observe(now, *facts.Uptime)
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
	}
	if changed(r.version, facts.Version) {
		s.VersionChanges++
	}
	r.version, r.serial = cmp.Or(facts.Version, r.version), cmp.Or(facts.Serial, r.serial)
	s.Facts, s.LastSuccess = facts, res.start
}

// changed reports that both are known and differ.
func changed(old, latest string) bool { return old != "" && latest != "" && old != latest }
