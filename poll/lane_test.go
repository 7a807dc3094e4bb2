package poll

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
)

// hanging answers slowly with a timeout for 30 % of the devices while on, and within a second otherwise.
func hanging(on *atomic.Bool) func(*inventory.Device, int) (time.Duration, Outcome) {
	return func(d *inventory.Device, _ int) (time.Duration, Outcome) {
		if on.Load() && phase("hang "+d.Name) < 0.3 {
			return time.Hour, failed(failure.Timeout) // cut by the timeout
		}
		return time.Second, good()
	}
}

func TestHangingDevicesDelayNobody(t *testing.T) {
	const interval = 5 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		var on atomic.Bool
		on.Store(true)
		s := settings
		s.Concurrency = 64
		f := newFleet(hanging(&on))
		o := &observed{}
		e, stop := start(t, oneGroup(s, f, interval, 2000), o)
		defer stop()
		time.Sleep(2 * interval) // the first sweep finds out who hangs
		synctest.Wait()
		o.mu.Lock()
		o.events = nil
		o.mu.Unlock()
		before := f.polls()
		time.Sleep(6 * interval)
		synctest.Wait()

		var lags []time.Duration
		for _, ev := range o.events {
			if ev.Reason == "" {
				lags = append(lags, ev.Lag)
			}
		}
		slices.Sort(lags)
		if p99 := lags[len(lags)*99/100]; p99 > interval/10 {
			t.Errorf("the healthy lag by %v at p99, want at most a tenth of %v", p99, interval)
		}
		for name, n := range f.polls() {
			n -= before[name]
			if phase("hang "+name) >= 0.3 && n != 6 {
				t.Errorf("%s is healthy and had %d polls in 6 intervals", name, n)
			}
			if phase("hang "+name) < 0.3 && n == 0 {
				t.Errorf("%s hangs and had no poll in 6 intervals", name)
			}
		}
		if f.most > 64 || len(f.twice) > 0 {
			t.Errorf("%d at once, twice at once: %v", f.most, f.twice)
		}
		if got := e.Snapshot().Sweeps["g"].Skipped; got > 1 {
			t.Errorf("%d sweeps skipped, want at most one after the first sweep", got)
		}

		on.Store(false) // they come back
		time.Sleep(2 * interval)
		synctest.Wait()
		for _, s := range e.Snapshot().Devices {
			if !s.Up() {
				t.Errorf("%s is still down (%s)", s.Device.Name, s.Reason)
			}
		}
	})
}

func TestReturnIsNoticedWithinOneInterval(t *testing.T) {
	const interval = 5 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		var on atomic.Bool
		on.Store(true)
		s := settings
		s.Concurrency = 128 // room for 600 × 30 s in the slow lane's share
		f := newFleet(hanging(&on))
		e, stop := start(t, oneGroup(s, f, interval, 2000), nil)
		defer stop()
		time.Sleep(5 * interval)
		synctest.Wait()
		on.Store(false)
		time.Sleep(interval + time.Minute)
		synctest.Wait()
		for _, s := range e.Snapshot().Devices {
			if !s.Up() {
				t.Errorf("%s is still down (%s)", s.Device.Name, s.Reason)
			}
		}
	})
}

func TestHangingDevicesWithinAGroupCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var on atomic.Bool
		on.Store(true)
		f := newFleet(hanging(&on))
		plan := oneGroup(settings, f, 5*time.Minute, 100)
		plan.Groups[0].Concurrency = 4
		_, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		before := f.polls()
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		for name, n := range f.polls() {
			if n -= before[name]; phase("hang "+name) >= 0.3 && n != 4 {
				t.Errorf("%s is healthy and had %d polls in 4 intervals", name, n)
			}
		}
		if f.most > 4 {
			t.Errorf("%d at once, want at most 4", f.most)
		}
	})
}

func TestShares(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 8: 6, 64: 48} {
		if got := slowMost(n); got != want {
			t.Errorf("of %d workers %d may be slow, want %d", n, got, want)
		}
	}
}
