package cluster

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"
)

// step does what is due now, and returns how long until something else may be.
func (r *Replica) step(now time.Time) (wait time.Duration) {
	if !r.lease.valid(now) {
		r.stop()
		return r.TTL
	}
	wait = time.Until(*r.lease.until.Load())
	if !r.reaches() { // what is known of the others may have changed: no more than the share that there is
		return wait
	}
	r.mu.Lock()
	entries := r.entries
	r.mu.Unlock()
	for _, e := range entries {
		if e.Leaving {
			r.leavers[e.Instance] = true
		}
	}
	if next := active(entries); next.id != r.seen.id {
		r.change(next, now)
	}
	if r.seen.id != r.target.id {
		if left := r.since.Add(r.delay(now)).Sub(now); left > 0 {
			return min(wait, left)
		}
		r.begin(now)
	}
	if r.settled || !r.released || r.abort != nil || !r.target.has(r.Self.Instance) {
		return wait
	}
	// By then every other replica has seen the change, or its lease has ended.
	latest := r.since.Add(r.TTL + r.debounce())
	if !r.agreed(entries) && now.Before(latest) {
		return min(wait, latest.Sub(now))
	}
	r.adopt(entries)
	return wait
}

// delay is how long a change of members is watched before it is acted upon.
func (r *Replica) delay(now time.Time) time.Duration {
	if !r.quit.IsZero() {
		return 0
	}
	left, lost := r.target.id != "", len(r.crashed(r.target, r.seen)) > 0
	for _, m := range r.seen.members {
		left = left && r.target.has(m.Instance)
	}
	switch {
	case lost && !r.recovered.IsZero() && now.Sub(r.recovered) < 2*r.TTL: // it may be on its way back, too, and still have its share
		return r.TTL
	case lost || !left:
		return r.debounce()
	}
	return 0 // some have left, which is all
}

// crashed are the members of a view that are not in another one, and have not said that they leave.
func (r *Replica) crashed(before, after view) (names []string) {
	for _, m := range before.members {
		if !after.has(m.Instance) && !r.leavers[m.Instance] {
			names = append(names, m.Name)
		}
	}
	return names
}

// agreed reports that every other replica has given up what is not its own by the target.
func (r *Replica) agreed(entries []Entry) bool {
	return !slices.ContainsFunc(entries, func(e Entry) bool {
		return e.Instance != r.Self.Instance && e.Applied != r.target.id
	})
}

// begin gives up what belongs to others by the members as they are now.
func (r *Replica) begin(now time.Time) {
	r.stopTransition()
	r.gap.widen(r.since.Add(-r.period()), now) // another may have seen the change, and acted upon it, earlier by that much
	r.mu.Lock()
	clear(r.served)
	r.mu.Unlock()
	r.target, r.settled, r.released = r.seen, false, false
	if r.share.Views != nil {
		r.share.Views = append(slices.Clip(r.share.Views), r.target.members)
	}
	r.Log.Info("the cluster's members have changed", "members", len(r.target.members))
	release := r.Fleet.Narrow(r.share)
	target := r.target.id
	r.transition(func(ctx context.Context) func() {
		release(ctx)
		return func() {
			r.released = true
			r.update(func(e *Entry) { e.Applied, e.Unpolled = target, r.since.Sub(r.gap.Earliest) })
		}
	})
}

// adopt takes the whole share, with what the others know of it.
func (r *Replica) adopt(entries []Entry) {
	share, target, gap := Share{Self: r.Self.Name, Views: [][]Member{r.target.members}}, r.target.id, r.gap
	for _, e := range entries {
		gap.widen(r.since.Add(-r.period()-e.Unpolled), gap.Latest)
	}
	gone := append([]string{r.Self.Name}, r.lost...) // this name may be that of a process that crashed
	r.transition(func(ctx context.Context) func() {
		known, archived := r.fetch(ctx, entries, target), r.unarchive(ctx, gone)
		if ctx.Err() != nil {
			return func() {}
		}
		return func() {
			if !r.lease.valid(time.Now()) {
				return
			}
			r.Fleet.Adopt(share, known, archived, gap)
			r.share, r.settled = share, true
			r.leavers, r.lost, r.gap = map[string]bool{}, nil, Gap{}
		}
	})
}

// fetch asks all other replicas what they know of the devices that they gave up for this one.
func (r *Replica) fetch(ctx context.Context, entries []Entry, target string) []io.Reader {
	within, cancel := context.WithTimeout(ctx, r.TTL/3)
	defer cancel()
	answers := make([]io.Reader, len(entries))
	var asking sync.WaitGroup
	for i, e := range entries {
		if e.Instance == r.Self.Instance {
			continue
		}
		asking.Go(func() {
			answer, err := r.Peers.Fetch(within, e, r.Self.Name, target)
			if err != nil {
				r.Log.Warn("state of devices that were another replica's is not known", "replica", e.Name, "err", err)
				return
			}
			answers[i] = answer
		})
	}
	asking.Wait()
	return slices.DeleteFunc(answers, func(a io.Reader) bool { return a == nil })
}

// unarchive reads what replicas had archived.
func (r *Replica) unarchive(ctx context.Context, replicas []string) (all [][]byte) {
	if r.Archive == nil {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, r.TTL/3)
	defer cancel()
	for _, name := range replicas {
		texts, err := r.Archive.Load(within, name)
		if err != nil {
			r.Log.Warn("facts that another replica had found out are not known", "replica", name, "err", err)
		}
		all = append(all, texts...)
	}
	return all
}

// transition runs the longer part of a change beside. What it returns is done by Run.
func (r *Replica) transition(work func(context.Context) (finish func())) {
	ctx, cancel := context.WithTimeout(context.Background(), r.TTL)
	aborted := make(chan struct{})
	r.abort = func() {
		cancel()
		close(aborted)
	}
	r.running.Go(func() {
		finish := work(ctx)
		select {
		case <-aborted:
		case r.done <- func() {
			cancel()
			r.abort = nil
			finish()
		}:
		}
	})
}

// stopTransition ends what a transition does beside.
func (r *Replica) stopTransition() {
	if r.abort != nil {
		r.abort()
		r.abort = nil
	}
	r.running.Wait()
}

// stop gives up everything: the lease has ended, and others may poll the devices by now.
func (r *Replica) stop() {
	if r.target.id == "" {
		return
	}
	r.stopTransition()
	if r.share.Views != nil {
		r.Log.Error("the lease on this replica's share of the fleet has ended: it polls nothing until the coordinator is reached again")
	}
	r.share.Views = nil
	if r.settled { // otherwise there are devices which nobody has polled since before, and which may become this replica's
		r.lost, r.gap = nil, Gap{}
	}
	r.target, r.seen, r.settled, r.released = view{}, view{}, false, false
	now, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	r.Fleet.Narrow(r.share)(now)
	r.update(func(e *Entry) { e.Applied = "" })
}
