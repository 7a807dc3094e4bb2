package config

import (
	"math"
	"time"

	"github.com/netver/netver_exporter/poll"
)

// maxConcurrency is beyond what a machine has file descriptors for; a larger number is a mistake in the digits.
const maxConcurrency = 65_536

func (l *loader) settings(s *pollSection) poll.Settings {
	at := (*path)(nil).child("poll")
	for _, d := range []struct {
		key   string
		value duration
	}{{"interval", s.Interval}, {"timeout", s.Timeout}, {"connect_timeout", s.ConnectTimeout}} {
		l.positive(at.child(d.key), d.value)
	}
	if !l.given(at.child("connect_timeout")) {
		s.ConnectTimeout = min(s.ConnectTimeout, s.Timeout)
	}
	if s.ConnectTimeout > s.Timeout && s.Timeout > 0 {
		l.fault(at.child("connect_timeout"), "%s is longer than timeout, %s, of which it is a part", s.ConnectTimeout, s.Timeout)
	}
	if s.Concurrency < 1 || s.Concurrency > maxConcurrency {
		l.fault(at.child("concurrency"), "%d is out of range; want 1 to %d", s.Concurrency, maxConcurrency)
	}
	if outside(s.LoginRate, 0, math.MaxFloat64) {
		l.fault(at.child("login_rate"), "%v is out of range; want logins per second, or 0 for no limit", s.LoginRate)
	}
	if outside(s.Spread, 0, 1) {
		l.fault(at.child("spread"), "%v is out of range; want a fraction of the interval, 0 to 1", s.Spread)
	}
	if s.KeepFacts < 0 {
		l.fault(at.child("keep_facts"), "%s is negative; want 0s or more", s.KeepFacts)
	}
	return poll.Settings{
		Timeout:     time.Duration(s.Timeout),
		Concurrency: s.Concurrency,
		LoginRate:   s.LoginRate,
		Spread:      s.Spread,
		KeepFacts:   time.Duration(s.KeepFacts),
	}
}

func (l *loader) positive(at *path, d duration) {
	if d <= 0 {
		l.fault(at, "%s is too short; want more than 0s", d)
	}
}

// outside takes NaN, which YAML writes .nan, for outside of everything.
func outside(v, low, high float64) bool { return math.IsNaN(v) || v < low || v > high }
