package poll

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
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

// serve polls the slot's target, from a worker.
func (e *Engine) serve(ctx context.Context, s slot) {
	defer s.group.ended(s)
	r, d, ok := s.target.claim(s, time.Now())
	if !ok {
		return
	}
	e.busy.Add(1)
	res, ok := e.poll(ctx, r, s, d)
	e.busy.Add(-1)
	if !ok { // we are stopping: that is no news of the device
		s.target.end(d, nil)
		return
	}
	old, latest := s.target.end(d, func(r *record, old *Status) *Status { return r.weigh(old, res) })
	e.tally.count(res.reason, res.retries)
	if latest != nil {
		e.report(old, latest, res)
	} else if g := s.target.home(); g != nil { // it is to be asked in another way now, which no sweep could do meanwhile
		g.hurry(s.target, time.Now())
	}
	if e.observer != nil {
		e.observer.Observe(Event{Lag: res.start.Sub(s.due), Duration: res.duration, Reason: res.reason, Slow: s.slow})
	}
}

// poll asks the device unless its credential is paused. ok is false if the context ended it.
func (e *Engine) poll(ctx context.Context, r *roster, s slot, d *inventory.Device) (res *result, ok bool) {
	res = &result{settings: r.settings, interval: s.group.period(), start: time.Now()}
	use := e.breaker.use(d.Credential)
	if !use.admit(d.Name, res.interval, res.start) {
		res.outcome.Err, res.reason = pausedError(d.Credential), failure.Paused
		return res, true
	}
	if e.limiter.Wait(ctx) != nil {
		use.report(d.Name, failure.Internal, res.start)
		return nil, false
	}
	res.start = time.Now()
	res.outcome, res.retries = e.ask(ctx, r, d)
	res.duration = time.Since(res.start)
	res.reason = failure.Of(res.outcome.Err)
	if ctx.Err() != nil && res.outcome.Err != nil {
		use.report(d.Name, failure.Internal, res.start)
		return nil, false
	}
	res.backOff = use.report(d.Name, res.reason, time.Now())
	return res, true
}

// ask polls once, and a second time where that is worth it, within one timeout.
func (e *Engine) ask(ctx context.Context, r *roster, d *inventory.Device) (o Outcome, retries uint64) {
	ctx, cancel := context.WithTimeout(ctx, r.settings.Timeout)
	defer cancel()
	o = attempt(ctx, r.poller, d)
	if !worthRetry(o.Err) || !pause(ctx, retryPause) || e.limiter.Wait(ctx) != nil {
		return o, 0
	}
	return attempt(ctx, r.poller, d), 1
}

// attempt turns a panic into a failure of this device alone.
func attempt(ctx context.Context, p Poller, d *inventory.Device) (o Outcome) {
	defer func() {
		if v := recover(); v != nil {
			o = Outcome{Err: &panicError{value: v, stack: debug.Stack()}}
		}
	}()
	return p.Poll(ctx, d)
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

// report logs what has changed since the last poll.
func (e *Engine) report(old, s *Status, res *result) {
	if res.before == res.reason && s.Reboots == old.Reboots && s.VersionChanges == old.VersionChanges {
		return
	}
	log := e.log.With("device", s.Device.Name, "platform", s.Platform)
	err := res.outcome.Err
	switch {
	case res.before == res.reason:
	case err == nil:
		log.Info("device is up again", "after", res.before)
	case res.before == "":
		log.Warn("device is down", "reason", res.reason, "err", err, stack(err))
	default:
		log.Warn("device is down for another reason", "reason", res.reason, "before", res.before, "err", err, stack(err))
	}
	if s.Reboots > old.Reboots {
		log.Warn("device has rebooted", "boot_time", s.BootTime.UTC(), "reboots", s.Reboots)
	}
	if s.VersionChanges > old.VersionChanges {
		log.Info("device has changed its version", "version", s.Facts.Version)
	}
}

// stack is the log's attribute for a panic, and nothing for other errors.
func stack(err error) slog.Attr {
	if p, ok := errors.AsType[*panicError](err); ok {
		return slog.String("stack", string(p.stack))
	}
	return slog.Attr{}
}
