package poll

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// withState makes an engine that goes on from the state in a file.
func withState(t *testing.T, plan Plan, path string) *Engine {
	t.Helper()
	e, err := New(plan, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	if warning, err := LoadState(path, e); err != nil || warning != nil {
		t.Fatal(warning, err)
	}
	return e
}

// killed runs an engine, whose state is kept, as long as it lives. It is not saved once more at the end.
func killed(t *testing.T, e *Engine, path string, every time.Duration, lives func()) (stop func()) {
	t.Helper()
	ctx, kill := context.WithCancel(t.Context())
	stop = run(t, e)
	go KeepState(ctx, path, every, e, func() bool { return true })
	lives()
	kill()
	synctest.Wait()
	return stop
}

// TestKilledAgainAndAgain never ends the process in good order: what a wrong password has cost is in the state all the same, and
// each start goes on from there.
func TestKilledAgainAndAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	asked := 0
	for range 5 {
		synctest.Test(t, func(t *testing.T) {
			var wrong atomic.Bool
			wrong.Store(true)
			plan, f := guarded(&wrong, 10*time.Minute, 100)
			stop := killed(t, withState(t, plan, path), path, time.Minute, func() { time.Sleep(20 * time.Second) })
			stop()
			asked += total(f)
		})
	}
	if asked != 4 {
		t.Errorf("%d devices were asked with a wrong password, want 4", asked)
	}
}

// TestKilledAfterACanary has the canary that was in vain be the only one of its interval for the next start, too.
func TestKilledAfterACanary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		wrong.Store(true)
		plan, f := guarded(&wrong, 10*time.Minute, 100)
		e := withState(t, plan, path)
		stop := killed(t, e, path, time.Hour, func() {
			for total(f) < 5 { // four at start, and the first canary
				time.Sleep(time.Second)
			}
			time.Sleep(10 * time.Second)
		})
		again := withState(t, plan, path)
		if got, want := again.Snapshot().Logins["netops"].Next, e.Snapshot().Logins["netops"].Next; !got.Equal(want) {
			t.Errorf("the next canary may come at %v, want %v", got, want)
		}
		stop()
	})
}
