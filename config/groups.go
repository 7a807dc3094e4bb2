package config

import (
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/strictyaml"
)

// groups completes what groups say for themselves. Their devices are completed where platforms are known.
func (l *loader) groups(written []Group, c *Config) []Group {
	all := strictyaml.At("groups")
	names := make(map[string]*strictyaml.Path, len(written))
	lists := false
	for i := range written {
		g, at := &written[i], all.Item(i)
		l.sources(g, at)
		l.group(g, c, at)
		if first, ok := names[g.Name]; ok && g.Name != "" {
			l.document.Fault(at.Child("name"), "there is another group %q in %s; names must differ", g.Name, l.document.Place(first, at))
		}
		names[g.Name] = at
		lists = lists || g.lists() || l.document.Faulty(at) // what is wrong may be a list
	}
	if !lists {
		l.document.Warn(all, "there are no devices, so there is nothing to poll")
	}
	return written
}

func (l *loader) group(g *Group, c *Config, at *strictyaml.Path) {
	if g.Name == "" {
		l.document.Fault(l.document.Nearest(at.Child("name")), "name is missing")
	} else if err := inventory.CheckName(g.Name); err != nil {
		l.document.Fault(at.Child("name"), "%v", err)
	}
	if l.document.Given(at.Child("interval")) {
		l.bounds(at.Child("interval"), g.Interval, minInterval)
	} else {
		g.Interval = c.Poll.Interval
	}
	limit := "timeout"
	if l.document.Given(at.Child("timeout")) {
		l.bounds(at.Child("timeout"), g.Timeout, minWait)
	} else {
		g.Timeout, limit = c.Poll.Timeout, "poll.timeout"
	}
	if g.Timeout >= g.Interval && g.Interval > 0 && g.lists() {
		l.document.Warn(at, "%s, %s, is not shorter than the interval, %s: a device that hangs misses polls", limit, g.Timeout, g.Interval)
	}
	l.atOnce(at.Child("concurrency"), g.Concurrency, "no cap of its own")
	switch g.Session {
	case "":
		g.Session = PerPoll
	case PerPoll, Persistent:
	default:
		l.document.Fault(at.Child("session"), "unknown session %q; %s or %s", g.Session, PerPoll, Persistent)
	}
	g.Algorithms = g.Algorithms.over(c.SSH.Algorithms)
	if g.HostKeys == "" {
		g.HostKeys = c.SSH.HostKeys
	} else {
		l.hostKeys(g.HostKeys, at.Child("host_keys"))
	}
}
