package poll

import (
	"testing"
	"testing/synctest"
	"time"
)

// A tick that comes twice for the same time begins one sweep, and the second one counts as no sweep that was skipped.
func TestTickTwiceForOneTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroup("g", lanes{})
		g.configure(&Group{Name: "g", Interval: time.Minute}, 0.8, false, nil)
		g.open(time.Now())
		g.next(time.Now()) // ends the handing out, since there is nobody
		time.Sleep(time.Minute)
		g.tick()
		begun := g.sweep
		g.tick()
		if g.sweep != begun || !begun.start.Equal(time.Now()) || g.sweeps.Skipped != 0 {
			t.Errorf("another sweep: %v, begun at %v, %d skipped", g.sweep != begun, begun.start, g.sweeps.Skipped)
		}
		time.Sleep(time.Minute)
		if g.tick(); g.sweeps.Skipped != 1 {
			t.Errorf("%d skipped while the last one still hands out, want 1", g.sweeps.Skipped)
		}
	})
}
