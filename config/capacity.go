package config

import (
	"time"

	"github.com/netver/netver_exporter/strictyaml"
)

// typicalPoll is what a poll of a healthy device takes, between a Linux box on the LAN (0.2 s) and an old switch
// that thinks over the handshake (5 s).
const typicalPoll = 2 * time.Second

// capacity warns of a fleet that cannot be polled once an interval.
func (l *loader) capacity(c *Config) {
	var busy, rate float64 // workers that are busy at any time, and logins a second
	devices := 0
	for i, g := range c.Groups {
		if g.Interval <= 0 || len(g.Devices) == 0 {
			continue
		}
		n := float64(len(g.Devices))
		devices += len(g.Devices)
		busy += n * float64(typicalPoll) / float64(g.Interval)
		rate += n / g.Interval.Seconds()
		if needs := time.Duration(n) * typicalPoll / time.Duration(max(1, g.Concurrency)); g.Concurrency > 0 && needs > g.Interval {
			l.document.Warn(strictyaml.At("groups").Item(i), "%s × %s a poll ÷ %d at once = %s, more than the interval of %s; raise the group's concurrency or its interval",
				strictyaml.Count(len(g.Devices), "device"), typicalPoll, g.Concurrency, needs.Round(time.Second), g.Interval)
		}
	}
	at := strictyaml.At("poll")
	if limit := c.Poll.Concurrency; limit > 0 && busy > float64(limit) {
		l.document.Warn(at.Child("concurrency"), "%s × %s a poll keep %.0f workers busy, more than the %d there are; raise concurrency or the interval",
			strictyaml.Count(devices, "device"), typicalPoll, busy, limit)
	}
	if limit := c.Poll.LoginRate; limit > 0 && rate > limit {
		l.document.Warn(at.Child("login_rate"), "the fleet needs %.1f logins a second, more than the %v allowed; raise login_rate or the interval", rate, limit)
	}
}
