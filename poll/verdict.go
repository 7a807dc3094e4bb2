package poll

import (
	"reflect"
	"time"

	"github.com/netver/netver_exporter/version"
)

// Judge says what there is to say of a device's version at a time. It may be called by many at once and reads nothing of the
// status that is about polls, since a status that has not changed keeps its verdict. nil: there is nothing to go by.
type Judge func(s *Status, now time.Time) *version.Verdict

// Rejudge gives every device the verdict of now. Call it when what the plan's Judge goes by has changed, and when a date has
// passed. Devices whose verdict is the same keep their status.
func (e *Engine) Rejudge() {
	now := time.Now()
	for _, t := range e.current.Load().targets {
		t.rejudge(now)
	}
}

// rejudge gives the target the verdict of a time.
func (t *target) rejudge(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.device != nil {
		t.judge(now)
	}
}

// store takes a new status, with its verdict. The lock is held.
func (t *target) store(s *Status, now time.Time) {
	s.Verdict = t.plan.verdict(s, now)
	t.show(s)
}

// judge makes a new status if the verdict has changed. The lock is held, so that no poll that went by an older verdict comes
// after it.
func (t *target) judge(now time.Time) {
	old := t.status.Load()
	if v := t.plan.verdict(old, now); !reflect.DeepEqual(v, old.Verdict) {
		s := *old
		s.Verdict = v
		t.show(&s)
	}
}

func (t *target) show(s *Status) {
	s.Revision = t.plan.revisions.Add(1)
	t.status.Store(s)
}

func (p *plan) verdict(s *Status, now time.Time) *version.Verdict {
	if p.judge == nil {
		return nil
	}
	return p.judge(s, now)
}
