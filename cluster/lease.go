package cluster

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// lease is until when the replica may poll.
type lease struct {
	until        atomic.Pointer[time.Time] // by the monotonic clock; nil: it may not
	acknowledged atomic.Pointer[time.Time] // when the latest answer to a renewal came; nil: none has
	static       atomic.Bool               // no replica reaches the coordinator
}

func (l *lease) valid(now time.Time) bool {
	until := l.until.Load()
	return until != nil && now.Before(*until)
}

func (l *lease) extend(until time.Time) { l.until.Store(&until) }

// reaches reports whether the replica reaches the coordinator, as far as it knows. When the coordinator goes, it is known well before the end of
// the lease.
func (r *Replica) reaches() bool {
	latest := r.lease.acknowledged.Load()
	return latest != nil && time.Since(*latest) < 2*r.TTL/5
}

// renewal is the outcome of one.
type renewal struct {
	sent    time.Time
	entries []Entry
	err     error
}

// renew renews the entry again and again, until the context ends.
func (r *Replica) renew(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.wake:
		}
		n := r.attempt(ctx)
		wait := r.period()
		if n.err != nil {
			wait = r.TTL / 15
		}
		select {
		case <-ctx.Done():
			return
		case r.renewed <- n:
		}
		timer.Reset(wait)
	}
}

func (r *Replica) attempt(ctx context.Context) renewal {
	ctx, cancel := context.WithTimeout(ctx, r.TTL/4)
	defer cancel()
	r.mu.Lock()
	self := r.self
	r.mu.Unlock()
	n := renewal{sent: time.Now()}
	n.entries, n.err = r.Coordinator.Renew(ctx, self)
	if now := time.Now(); n.err == nil {
		r.lease.acknowledged.Store(&now)
	}
	return n
}

// ask asks the other replicas while this one does not reach the coordinator, until the context ends.
func (r *Replica) ask(ctx context.Context) {
	tick := time.NewTicker(r.TTL / 20)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if r.reaches() || !r.lease.valid(now) || !r.nobodyReaches(ctx) {
				continue
			}
			select {
			case <-ctx.Done():
				return
			case r.alone <- now:
			}
		}
	}
}

// ErrGone is that nothing listens at a replica's address any more: it has ended.
var ErrGone = errors.New("the replica is not there")

// nobodyReaches asks all other replicas. A replica that does not answer, and is not gone for certain, may reach the coordinator and take over.
func (r *Replica) nobodyReaches(ctx context.Context) bool {
	r.mu.Lock()
	entries := r.entries
	r.mu.Unlock()
	if entries == nil || sharedAddress(entries) != "" { // who answers there is not known
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, r.TTL/10)
	defer cancel()
	var reaching atomic.Bool
	var asking sync.WaitGroup
	for _, e := range entries {
		if e.Instance == r.Self.Instance {
			continue
		}
		asking.Go(func() {
			yes, err := r.Peers.Reaches(ctx, e)
			if yes || err != nil && !errors.Is(err, ErrGone) {
				reaching.Store(true)
			}
		})
	}
	asking.Wait()
	return !reaching.Load()
}

// watch has the entry renewed, and with it the others' entries read, as soon as they change.
func (r *Replica) watch(ctx context.Context) {
	for ctx.Err() == nil {
		err := r.Coordinator.Watch(ctx, func() { notify(r.wake) })
		if ctx.Err() != nil {
			return
		}
		r.Log.Debug("watch of the cluster ended, and begins anew", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(r.TTL / 15):
		}
	}
}

// take takes in the outcome of a renewal.
func (r *Replica) take(n renewal) {
	now := time.Now()
	valid := r.lease.valid(now)
	n.entries = unique(n.entries)
	if slices.ContainsFunc(n.entries, func(e Entry) bool { return e.Name == r.Self.Name && e.Instance != r.Self.Instance }) {
		n.err = ErrTaken
		r.lease.extend(now) // to no longer than that: the other one has no need to wait
	}
	if n.err == nil {
		r.mu.Lock()
		before := r.entries
		r.entries = n.entries
		r.mu.Unlock()
		if before == nil {
			r.Log.Info("joined the cluster", "name", r.Self.Name, "members", len(n.entries))
		} else if r.failing != "" || !valid {
			r.recovered = now
			r.Log.Info("the cluster's coordinator is reached again", "members", len(n.entries))
		}
		r.failing = ""
		if address := sharedAddress(n.entries); address != r.shared {
			if r.shared = address; address != "" {
				r.Log.Error("several replicas advertise one address, so that they cannot ask each other; give each its own in cluster.advertise", "address", address)
			}
		}
		r.lease.static.Store(false)
		r.lease.extend(n.sent.Add(r.TTL - r.margin()))
		if r.Heard != nil {
			r.Heard(n.entries)
		}
	}
	if n.err != nil && n.err.Error() != r.failing {
		r.failing = n.err.Error()
		r.Log.Warn("the cluster's coordinator did not renew this replica's lease", "name", r.Self.Name, "err", n.err)
	}
}

// keep keeps the share, since no replica reached the coordinator when they were asked: others that reach it later wait for a TTL.
func (r *Replica) keep(asked time.Time) {
	if !r.lease.valid(time.Now()) || r.reaches() {
		return
	}
	if !r.lease.static.Swap(true) {
		r.Log.Warn("no replica reaches the cluster's coordinator: each keeps the share that it has until it is back")
	}
	r.lease.extend(asked.Add(r.TTL - r.margin()))
}
