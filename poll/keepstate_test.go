package poll

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

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
			e, err := New(plan, slog.New(slog.DiscardHandler), nil)
			if err != nil {
				t.Fatal(err)
			}
			if warning, err := LoadState(path, e); err != nil || warning != nil {
				t.Fatal(warning, err)
			}
			ctx, kill := context.WithCancel(t.Context())
			stop := run(t, e)
			go KeepState(ctx, path, time.Minute, e, func() bool { return true })
			time.Sleep(20 * time.Second)
			kill()
			synctest.Wait()
			left, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			stop()
			if err := os.WriteFile(path, left, 0o600); err != nil {
				t.Fatal(err)
			}
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
		e, err := New(plan, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, kill := context.WithCancel(t.Context())
		stop := run(t, e)
		go KeepState(ctx, path, time.Hour, e, func() bool { return true })
		for total(f) < 5 { // four at start, and the first canary
			time.Sleep(time.Second)
		}
		time.Sleep(10 * time.Second)
		kill()
		synctest.Wait()
		again, err := New(plan, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		if warning, err := LoadState(path, again); err != nil || warning != nil {
			t.Fatal(warning, err)
		}
		if got, want := again.Snapshot().Logins["netops"].Next, e.Snapshot().Logins["netops"].Next; !got.Equal(want) {
			t.Errorf("the next canary may come at %v, want %v", got, want)
		}
		stop()
	})
}
