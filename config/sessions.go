package config

import "github.com/netver/netver_exporter/strictyaml"

// sessions checks the bounds of kept sessions, and warns of groups that gain nothing by them.
func (l *loader) sessions(c *Config) {
	bounds, name := c.SSH.Sessions, "sessions"
	if old := strictyaml.At("ssh", "keep_alive"); l.document.Given(old) {
		l.document.Warn(old, "the key is called sessions now")
		name = "keep_alive"
	}
	at := strictyaml.At("ssh", name)
	l.bounds(at.Child("idle"), bounds.Idle, minWait)
	l.atOnce(at.Child("max"), bounds.Max, "")
	devices, first := 0, (*strictyaml.Path)(nil)
	for i := range c.Groups {
		g := &c.Groups[i]
		if g.Session != Persistent {
			continue
		}
		place := strictyaml.At("groups").Item(i).Child("session")
		if g.Interval >= bounds.Idle && bounds.Idle > 0 {
			l.document.Warn(place, "ssh.%s.idle, %s, is not longer than the interval, %s: sessions are closed before they serve again", name, bounds.Idle, g.Interval)
		}
		if devices += len(g.Devices); first == nil {
			first = place
		}
	}
	if devices > bounds.Max && bounds.Max > 0 {
		l.document.Warn(first, "%d devices want a persistent session, and ssh.%s.max is %d: the others log in at each poll", devices, name, bounds.Max)
	}
}
