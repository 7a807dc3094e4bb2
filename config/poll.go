package config

import (
	"fmt"
	"math"
	"time"

	"github.com/netver/netver_exporter/strictyaml"
)

// maxConcurrency is beyond what a machine has file descriptors for; a larger number is a mistake in the digits.
const maxConcurrency = 65_536

// The bounds of durations. The scheduler has no shorter interval, and below the longest nothing that is computed from a
// duration overflows.
const (
	minInterval = time.Second
	minWait     = time.Millisecond
	maxDuration = 10 * 365 * 24 * time.Hour
)

// minLoginRate is one login an hour. Below that a fleet is not polled, but stuck.
const minLoginRate = 1.0 / 3600

func (l *loader) poll(s Poll) Poll {
	at := strictyaml.At("poll")
	l.bounds(at.Child("interval"), s.Interval, minInterval)
	l.bounds(at.Child("timeout"), s.Timeout, minWait)
	l.bounds(at.Child("connect_timeout"), s.ConnectTimeout, minWait)
	l.bounds(at.Child("keep_facts"), s.KeepFacts, 0)
	if !l.document.Given(at.Child("connect_timeout")) {
		s.ConnectTimeout = min(s.ConnectTimeout, s.Timeout)
	}
	if s.ConnectTimeout > s.Timeout && s.Timeout > 0 {
		l.document.Fault(at.Child("connect_timeout"), "%s is longer than timeout, %s, of which it is a part", s.ConnectTimeout, s.Timeout)
	}
	l.atOnce(at.Child("concurrency"), s.Concurrency, "")
	l.loginRate(at.Child("login_rate"), s.LoginRate)
	if outside(s.Spread, 0, 1) {
		l.document.Fault(at.Child("spread"), "%v is out of range; want a fraction of the interval, 0 to 1", s.Spread)
	}
	return s
}

func (l *loader) bounds(at *strictyaml.Path, d, least time.Duration) {
	if d < least {
		l.document.Fault(at, "%s is too short; want %s or more", d, least)
	} else if d > maxDuration {
		l.document.Fault(at, "%s is too long; want ten years at most", d)
	}
}

// atOnce checks how many there may be at once. zero says what 0 means; "": it is out of range.
func (l *loader) atOnce(at *strictyaml.Path, n int, zero string) {
	least, want := 1, fmt.Sprintf("1 to %d", maxConcurrency)
	if zero != "" {
		least, want = 0, want+", or 0 for "+zero
	}
	if n < least || n > maxConcurrency {
		l.document.Fault(at, "%d is out of range; want %s", n, want)
	}
}

func (l *loader) loginRate(at *strictyaml.Path, rate float64) {
	if outside(rate, 0, math.MaxFloat64) {
		l.document.Fault(at, "%v is out of range; want logins per second, or 0 for no limit", rate)
	} else if rate > 0 && rate < minLoginRate {
		l.document.Fault(at, "%v is less than one login an hour; want %.4f or more, or 0 for no limit", rate, minLoginRate)
	}
}

// outside takes NaN, which YAML writes .nan, for outside of everything.
func outside(v, low, high float64) bool { return math.IsNaN(v) || v < low || v > high }
