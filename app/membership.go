package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/poll"
)

// membership is this process's part in a cluster: it polls the share that the replica tells it. It is a cluster.Fleet.
type membership struct {
	exporter *exporter
	replica  *cluster.Replica
	log      *slog.Logger
	ttl      time.Duration
	archive  cluster.Archive
	changes  atomic.Uint64 // devices taken and given away
	secrets  atomic.Bool   // another replica has other secrets
	holds    atomic.Bool   // the engine has the devices of this replica's share
	stored   *poll.Known   // what the state file had of devices; nothing from the first adoption on

	mu    sync.Mutex
	peers cluster.HTTP
	fleet peerFleet

	given   map[string]*inventory.Device // devices given up since the latest adoption
	known   poll.Known                   // of those
	members []cluster.Member             // by which they were given up
	kept    bool                         // given and known are of before the latest adoption
}

// join makes the process's part in the cluster that the configuration describes; nil: there is none.
func (x *exporter) join(p *Plan, o Options) (*membership, error) {
	c := &p.Config.Cluster
	if !c.On() {
		return nil, nil
	}
	self, err := entry(c, o)
	if err != nil {
		return nil, err
	}
	coordinator, err := coordinator(c)
	if err != nil {
		return nil, err
	}
	client, err := peersClient(c)
	if err != nil {
		return nil, err
	}
	return x.member(self, c.TTL, coordinator, client), nil
}

// member makes the process's part in a cluster whose replicas meet at the coordinator, and ask each other with the client.
func (x *exporter) member(self cluster.Entry, ttl time.Duration, coordinator cluster.Coordinator, client *http.Client) *membership {
	m := &membership{exporter: x, log: x.log, ttl: ttl, peers: cluster.HTTP{Client: client, Most: x.mostAnswer}, stored: &poll.Known{}, given: map[string]*inventory.Device{}}
	var ok bool
	if m.archive, ok = coordinator.(cluster.Archive); !ok {
		m.archive = &cluster.Copies{Peers: m.peers, Others: func() []cluster.Entry { return m.replica.Others() }}
	}
	m.replica = cluster.New(cluster.Config{
		Self: self, TTL: ttl, Coordinator: coordinator, Archive: m.archive, Peers: m.peers, Fleet: m, Heard: m.hear, Log: x.log,
	})
	x.partition.follow(&cluster.Share{Self: self.Name}, &poll.Replica{May: m.replica.May})
	return m
}

// join has the replica take part until the context ends, and leave then. The context that it returns ends when it has left: so long is
// polled. leave has it leave at once. Without a cluster (nil) both do nothing.
func (m *membership) join(ctx context.Context, running *sync.WaitGroup) (polling context.Context, leave func()) {
	if m == nil {
		return ctx, func() {}
	}
	polling, left := context.WithCancel(context.WithoutCancel(ctx))
	member, leave := context.WithCancel(context.WithoutCancel(ctx))
	running.Go(func() {
		defer leave()
		select {
		case <-ctx.Done():
			m.saveBeforeLeaving()
		case <-member.Done():
		}
	})
	running.Go(func() {
		defer left()
		m.awaitInventory(member)
		m.replica.Run(member)
	})
	running.Go(func() { m.keepFacts(member) })
	return polling, leave
}

// awaitInventory waits until the sources of devices have been read, or have failed, so that what the others know of devices which become this replica's finds
// them. A source that takes longer is not waited for.
func (m *membership) awaitInventory(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 4*m.ttl)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !m.exporter.ready() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// instance tells this process from those before it that had its name.
func instance() string { return rand.Text()[:12] }

// Narrow is cluster.Fleet's.
func (m *membership) Narrow(s cluster.Share) (release func(context.Context)) {
	x := m.exporter
	m.holds.Store(m.holds.Load() && len(s.Views) > 0)
	x.partition.follow(&s, x.partition.replica())
	m.mu.Lock()
	if m.kept {
		m.given, m.known, m.kept = map[string]*inventory.Device{}, poll.Known{}, false
	}
	if n := len(s.Views); n > 0 {
		m.members = s.Views[n-1]
	}
	m.mu.Unlock()
	ended := x.engine.Hold(func(d *inventory.Device) bool {
		if s.Has(d) {
			return true
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.given[d.Name] = d
		return false
	})
	return func(ctx context.Context) {
		if ended(ctx); errors.Is(ctx.Err(), context.Canceled) {
			return
		}
		held := x.engine.Held()
		m.mu.Lock()
		m.known.Add(held)
		m.mu.Unlock()
		m.apply()
	}
}

// Adopt is cluster.Fleet's.
func (m *membership) Adopt(s cluster.Share, answers []io.Reader, archived [][]byte, gap cluster.Gap) {
	all := m.unpack(archived)
	all.Add(m.stored)
	m.stored = &poll.Known{}
	m.mu.Lock()
	all.Add(&m.known)
	m.kept = true
	m.mu.Unlock()
	for _, a := range answers {
		known, err := poll.ReadKnown(a)
		if err != nil {
			m.log.Warn("state of devices that were another replica's cannot be read", "err", err)
			continue
		}
		known.Align(time.Now())
		all.Add(known)
	}
	m.exporter.partition.follow(&s, &poll.Replica{May: m.replica.May, Since: gap.Earliest, Gone: gap.Latest, Known: all})
	m.apply()
	m.holds.Store(true)
	m.exporter.partition.follow(&s, &poll.Replica{May: m.replica.May})
	figures := m.exporter.partition.figures()
	m.log.Info("this replica's share of the fleet has changed", "devices", figures.Owned, "inventory", figures.Inventory, "known", all.Len())
}

// apply puts the inventory into force as it is shared now.
func (m *membership) apply() {
	x := m.exporter
	x.swapping.Lock()
	defer x.swapping.Unlock()
	before := x.engine.Snapshot().Devices
	if err := x.apply(x.plan); err != nil {
		m.log.Error("share of the fleet not applied", "err", err)
		return
	}
	m.changes.Add(changed(before, x.engine.Snapshot().Devices))
}

// tell notes what the other replicas have to know of credentials. It is called with the door locked.
func (m *membership) tell(all []logins.Shared) {
	for _, s := range all {
		text, err := json.Marshal(s)
		if err == nil { // of numbers and texts it always is
			m.replica.Note(s.Credential, text)
		}
	}
}

// hear takes in what the other replicas tell of credentials.
func (m *membership) hear(entries []cluster.Entry) {
	self, agreed := m.replica.Self.Instance, true
	for _, e := range entries {
		if e.Instance == self {
			continue
		}
		for _, text := range e.Notes {
			var s logins.Shared
			if json.Unmarshal(text, &s) == nil {
				agreed = m.exporter.engine.Hear([]logins.Shared{s}) && agreed
			}
		}
	}
	m.secrets.Store(!agreed)
}

// changed counts the devices that are in one of two lists, which are sorted, and not in the other.
func changed(before, after []*poll.Status) (n uint64) {
	for len(before) > 0 && len(after) > 0 {
		switch a, b := before[0].Device.Name, after[0].Device.Name; {
		case a == b:
			before, after = before[1:], after[1:]
		case a < b:
			before, n = before[1:], n+1
		default:
			after, n = after[1:], n+1
		}
	}
	return n + uint64(len(before)) + uint64(len(after))
}

// state writes what is known of the devices that were given up and are an heir's now.
func (m *membership) state(w io.Writer, heir string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known.Write(w, func(name string) bool {
		d, ok := m.given[name]
		return ok && cluster.Owner(d, m.members) == heir
	})
}

// handler answers what other replicas ask.
func (m *membership) handler() http.Handler { return m.replica.Handler(m.state, m.devices) }

// figures are the cluster's for a snapshot.
func (m *membership) figures() *poll.Cluster {
	s := m.replica.State()
	return &poll.Cluster{Members: s.Members, Up: s.Up, Mismatch: s.Mismatch || m.secrets.Load(), Changes: m.changes.Load()}
}

// check reports what does not go together with a cluster.
func (o *Options) check(p *Plan) error {
	if p.Config.Cluster.On() && o.Shard != (cluster.Shard{}) {
		return fmt.Errorf("--shard.total=%d and the configuration's cluster are two ways to share the inventory; use one of them", o.Shard.Total)
	}
	return nil
}
