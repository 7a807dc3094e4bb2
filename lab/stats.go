package lab

import "sync/atomic"

// Stats is what a device, or the whole fleet, has seen so far: the truth for tests. A session that the device ends is
// over before the client hears of it; a session or connection that the client breaks off counts until the device has
// noticed. So SessionsMax proves a cap on polite clients, while ConnectionsMax may run ahead of what was open at once.
type Stats struct {
	Connections    int64 // TCP connections open now
	ConnectionsMax int64 // the most at once
	Connects       int64 // TCP connections accepted
	Sessions       int64 // sessions (exec or shell) open now
	SessionsMax    int64 // the most at once
	Logins         int64 // SSH logins that succeeded; a device that asks in the session lets everybody in
	Pending        int64 // logins in flight: the connection speaks SSH, and the device has not decided on its secret
	PendingMax     int64 // the most at once
	Accepted       int64 // passwords and keys accepted, in the session too
	Refusals       int64 // passwords refused by any method, in the session, or as the enable secret; each one counts
	KeyRefusals    int64 // keys refused
	Leaks          int64 // times that the password was typed where it was not asked for, or where it is shown
	Commands       int64 // commands received: typed lines and exec requests
	Polls          int64 // full dialogues: every required command answered to its end
	Shells         int64 // shells started
	Farewells      int64 // shells that the client left with exit, quit or logout
}

// counters are the running form of Stats.
type counters struct {
	connections, sessions, pending                 gauge
	logins, accepted, refusals, keyRefusals, leaks atomic.Int64
	commands, polls, shells, farewells             atomic.Int64
}

// Stats is a snapshot of the counters.
func (c *counters) Stats() Stats {
	return Stats{
		Connections:    c.connections.now.Load(),
		ConnectionsMax: c.connections.max.Load(),
		Connects:       c.connections.all.Load(),
		Sessions:       c.sessions.now.Load(),
		SessionsMax:    c.sessions.max.Load(),
		Logins:         c.logins.Load(),
		Pending:        c.pending.now.Load(),
		PendingMax:     c.pending.max.Load(),
		Accepted:       c.accepted.Load(),
		Refusals:       c.refusals.Load(),
		KeyRefusals:    c.keyRefusals.Load(),
		Leaks:          c.leaks.Load(),
		Commands:       c.commands.Load(),
		Polls:          c.polls.Load(),
		Shells:         c.shells.Load(),
		Farewells:      c.farewells.Load(),
	}
}

// gauge counts what is open now and remembers the most.
type gauge struct{ now, max, all atomic.Int64 }

func (g *gauge) open() {
	g.all.Add(1)
	now := g.now.Add(1)
	for {
		most := g.max.Load()
		if now <= most || g.max.CompareAndSwap(most, now) {
			return
		}
	}
}

func (g *gauge) close() { g.now.Add(-1) }
