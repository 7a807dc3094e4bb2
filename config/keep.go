package config

import (
	"time"

	asker "github.com/netver/netver_exporter/device"
)

// The values of a group's session.
const (
	perPoll    = "per_poll"
	persistent = "persistent"
)

// keep says which groups' sessions are kept for the next poll.
func (l *loader) keep(written *file) asker.Keep {
	alive := written.SSH.KeepAlive
	at := (*path)(nil).child("ssh").child("keep_alive")
	l.positive(at.child("idle"), alive.Idle)
	if alive.Max < 1 || alive.Max > maxConcurrency {
		l.fault(at.child("max"), "%d is out of range; want 1 to %d", alive.Max, maxConcurrency)
	}
	k := asker.Keep{Groups: make(map[string]bool), Max: alive.Max, Idle: time.Duration(alive.Idle)}
	devices, first := 0, (*path)(nil)
	for i := range written.Groups {
		g := &written.Groups[i]
		place := (*path)(nil).child("groups").item(i).child("session")
		switch g.Session {
		case "", perPoll:
			continue
		case persistent:
			k.Groups[g.Name] = true
		default:
			l.fault(place, "unknown way %q; want %s or %s", g.Session, perPoll, persistent)
			continue
		}
		interval := written.Poll.Interval
		if g.Interval != nil {
			interval = *g.Interval
		}
		if interval >= alive.Idle && alive.Idle > 0 {
			l.warn(place, "ssh.keep_alive.idle, %s, is not longer than the interval, %s: sessions are closed before they serve again", alive.Idle, interval)
		}
		if devices += len(g.Devices); first == nil {
			first = place
		}
	}
	if devices > alive.Max && alive.Max > 0 {
		l.warn(first, "%d devices want a persistent session, and ssh.keep_alive.max is %d: the others log in at each poll", devices, alive.Max)
	}
	return k
}
