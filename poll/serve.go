package poll

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// retryPause is how long a device that shed load is given before the second try.
const retryPause = 500 * time.Millisecond

// Event is one ended poll.
type Event struct {
	Lag      time.Duration // start minus due
	Duration time.Duration
	Reason   failure.Reason // "" when it succeeded
	Slow     bool           // it came by the slow lane, which promises no time: its Lag says nothing of the engine
}

// entry is a poll that may begin.
type entry struct {
	plan   *plan
	device *inventory.Device
	ticket *logins.Ticket
	free   func() // gives back the place at the device's jump host if it was not used
	paused bool   // the credential is: the device is not asked
}

// enter takes a place at the device's jump host, asks the door and claims the target. A poll that has to wait is parked, and one that
// is not needed is left out: then the entry is nil. Door and plan belong to the same configuration: a password never passes with another one's ticket.
func (e *Engine) enter(s slot) *entry {
	e.swap.RLock()
	defer e.swap.RUnlock()
	d, _ := s.target.ask()
	if may := e.current.Load().may; d == nil || may != nil && !may() { // it left, or may be another process's
		s.group.ended(s)
		return nil
	}
	free := e.reserve(s, d)
	if free == nil {
		return nil
	}
	queue := s.group.queue(place{credential: d.Credential, slow: s.slow})
	calls := queue.calls.Load()
	ticket, decision, until := e.door.Enter(logins.Request{
		Device: d.Name, Credential: d.Credential, Interval: s.group.period(), Kept: kept(e.current.Load().poller, d),
	}, queue.wake)
	if decision == logins.Wait || decision == logins.BackOff {
		free()
	}
	switch decision {
	case logins.Wait:
		s.group.park(s, queue, calls, until)
		return nil
	case logins.BackOff:
		s.target.skip()
		s.group.ended(s)
		return nil
	}
	r, d, ok := s.target.claim(s, time.Now())
	if !ok {
		ticket.Close(failure.Internal)
		free()
		s.group.ended(s)
		return nil
	}
	return &entry{plan: r, device: d, ticket: ticket, free: free, paused: decision == logins.Paused}
}

// serve polls the slot's target, from a worker, if the door lets it log in.
func (e *Engine) serve(ctx context.Context, s slot) {
	defer e.wakeHolder(s.target)
	begun := e.enter(s)
	if begun == nil {
		return
	}
	r, d, ticket := begun.plan, begun.device, begun.ticket
	res := &result{settings: r.settings, start: time.Now()}
	if begun.paused {
		res.outcome.Err = pausedError(d.Credential)
	} else {
		e.busy.Add(1)
		res.outcome, res.retries = e.ask(ctx, r, s, d, ticket)
		e.busy.Add(-1)
	}
	begun.free()
	res.duration = time.Since(res.start)
	res.reason = failure.Of(res.outcome.Err)
	stopped := ctx.Err() != nil && res.outcome.Err != nil
	if stopped {
		ticket.Cut()
	}
	ticket.Close(res.reason)
	switch {
	case stopped: // that is no news of the device
		s.target.end(d, nil)
	case errors.Is(res.outcome.Err, logins.ErrWait):
		s.target.putBack(s)
		s.group.park(s, s.group.queue(place{credential: d.Credential, slow: s.slow}), 0, time.Time{})
		return
	default:
		e.finish(s, d, res)
	}
	s.group.ended(s)
}

// reserve takes a place at the device's jump host, if it has one. A poll for which there is none is parked: then free is nil.
func (e *Engine) reserve(s slot, d *inventory.Device) (free func()) {
	r, ok := e.current.Load().poller.(reserver)
	if !ok || d.Jump == "" {
		return func() {}
	}
	queue := s.group.queue(place{jump: d.Jump, slow: s.slow})
	calls := queue.calls.Load()
	if free = r.Reserve(d, queue.wake); free == nil {
		s.group.park(s, queue, calls, time.Time{})
	}
	return free
}

// kept reports whether the poller has a session with the device, so that no login is expected.
func kept(p Poller, d *inventory.Device) bool {
	k, ok := p.(keeper)
	return ok && k.Kept(d)
}

// finish gives the target its new status and tells everybody.
func (e *Engine) finish(s slot, d *inventory.Device, res *result) {
	e.reportLimit(res.outcome.Err)
	old, latest := s.target.end(d, func(r *record, old *Status) *Status {
		r.past = r.past.with(&Past{Start: res.start, Duration: res.duration, Reason: res.reason, Phases: res.outcome.Phases}, e.phases)
		if !res.ours() {
			e.failed.keep(d.Name, res.outcome.Session)
		}
		return r.apply(old, res)
	})
	e.counters.count(res.reason, res.retries)
	e.trace(s, d, res)
	if latest != nil {
		e.report(old, latest, res)
	} else if g := s.target.home(); g != nil { // it is to be asked in another way now, which no sweep could do meanwhile
		g.pollSoon(s.target, time.Now())
	}
	if e.observer != nil {
		e.observer.Observe(Event{Lag: res.start.Sub(s.due), Duration: res.duration, Reason: res.reason, Slow: s.slow})
	}
}

// ask polls once, and a second time where that is worth it, within one timeout.
func (e *Engine) ask(ctx context.Context, r *plan, s slot, d *inventory.Device, ticket *logins.Ticket) (o Outcome, retries uint64) {
	ctx, cancel := context.WithTimeout(ctx, s.group.timeoutOf(r.settings))
	defer cancel()
	o = attempt(ctx, r.poller, d, ticket)
	if !worthRetry(o.Err) || !ticket.Clean() || !pause(ctx, retryPause) {
		return o, 0
	}
	return attempt(ctx, r.poller, d, ticket), 1
}

// attempt turns a panic into a failure of this device alone.
func attempt(ctx context.Context, p Poller, d *inventory.Device, ticket *logins.Ticket) (o Outcome) {
	defer func() {
		if v := recover(); v != nil {
			o = Outcome{Err: &panicError{value: v, stack: debug.Stack()}}
		}
	}()
	return p.Poll(ctx, d, ticket)
}

// pause waits and reports whether the context lasted.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
