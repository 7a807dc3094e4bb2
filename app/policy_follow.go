package app

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/netver/netver_exporter/version"
)

// refreshEach is how often the files of a policy are looked at, and the longest that a step of the clock stays unnoticed.
const refreshEach = time.Minute

// follower has devices judged anew when a file of the policy changes, and when a rule begins or ends to judge.
type follower struct {
	policy  atomic.Pointer[Policy]
	swapped chan struct{} // tells run of another policy; holds one notice
	rejudge func()
	log     *slog.Logger
}

// follow goes on with another policy. Devices have been judged by it.
func (f *follower) follow(p *Policy) {
	f.policy.Store(p)
	wake(f.swapped)
}

// run ends with the context.
func (f *follower) run(ctx context.Context) {
	var judged time.Time // so that a date which passed since devices were judged is not missed
	for {
		p := f.policy.Load()
		next := p.current.Load().Next(judged)
		wait := refreshEach
		if !next.IsZero() {
			wait = min(wait, max(0, time.Until(next)))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-f.swapped:
			timer.Stop()
			continue
		case <-timer.C:
		}
		changed := f.refresh(p)
		now := time.Now().Round(0) // dates go by the wall clock, which may have been set
		if changed || now.Before(judged) || !next.IsZero() && !now.Before(next) {
			f.rejudge()
			judged = now
		}
	}
}

// refresh reads the files of the policy again and tells the log.
func (f *follower) refresh(p *Policy) (changed bool) {
	changed, problems, warnings := p.refresh()
	for _, problem := range problems {
		f.log.Warn("file of advisories or end-of-life dates not read, what it said before stays", "err", problem.String())
	}
	for _, warning := range warnings {
		f.log.Warn(warning)
	}
	if changed && len(problems) == 0 {
		f.log.Info("advisories and end-of-life dates read again", "advisories", len(p.current.Load().Advisories))
	}
	return changed
}

// order is that of a platform's versions; nil: there is none.
func (x *exporter) order(platform string) *version.Order {
	if p, ok := x.policy.policy.Load().compiler.known.Get(platform); ok {
		return p.Order
	}
	return nil
}

// names are those that a filter may ask for, whether a device has them or not.
func (x *exporter) names(parameter string) (names []string) {
	f := x.policy.policy.Load()
	switch parameter {
	case "platform":
		return f.compiler.known.IDs()
	case "rule":
		rules := f.current.Load().Rules // another policy may take its place meanwhile
		for i := range rules {
			names = append(names, rules[i].Name)
		}
	}
	return names
}

// currentPolicy is what versions are judged by now.
func (x *exporter) currentPolicy() *version.Policy { return x.policy.policy.Load().current.Load() }
