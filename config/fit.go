package config

import (
	"time"
)

// typicalPoll is what a poll of a healthy device takes, between a Linux box on the LAN (0.2 s) and an old switch
// that thinks over the handshake (5 s).
const typicalPoll = 2 * time.Second

// fit warns of a fleet that cannot be polled once an interval.
func (l *loader) fit(c *Config) {
	at := (*path)(nil)
	var busy, rate float64 // workers that are busy at any time, and logins a second
	for i, g := range c.Groups {
		if g.Interval <= 0 || len(g.Devices) == 0 {
			continue
		}
		n := float64(len(g.Devices))
		busy += n * float64(typicalPoll) / float64(g.Interval)
		rate += n / g.Interval.Seconds()
		if needs := time.Duration(n) * typicalPoll / time.Duration(max(1, g.Concurrency)); g.Concurrency > 0 && needs > g.Interval {
			l.warn(at.child("groups").item(i), "%d devices × %s a poll ÷ %d at once = %s, more than the interval of %s; raise the group's concurrency or its interval",
				len(g.Devices), typicalPoll, g.Concurrency, needs.Round(time.Second), g.Interval)
		}
	}
	if s := c.Settings; s.Concurrency > 0 && busy > float64(s.Concurrency) {
		l.warn(at.child("poll").child("concurrency"), "%d devices × %s a poll keep %.0f workers busy, more than the %d there are; raise concurrency or the interval",
			c.Devices(), typicalPoll, busy, s.Concurrency)
	}
	if s := c.Settings; s.LoginRate > 0 && rate > s.LoginRate {
		l.warn(at.child("poll").child("login_rate"), "the fleet needs %.1f logins a second, more than the %v allowed; raise login_rate or the interval", rate, s.LoginRate)
	}
}
