package poll

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// TestParkedTurnsAreAllTakenUp has turns that wait for a rate, for the window, and for the window only after they had begun: all
// devices refuse the key, and want the password of a credential that nobody has accepted yet.
func TestParkedTurnsAreAllTakenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		plan, f := guarded(&wrong, time.Hour, 300)
		f.answer = func(*inventory.Device, int) (time.Duration, Outcome) { return 4 * time.Second, good() }
		plan.Settings.Concurrency = 2
		plan.Credentials = []logins.Credential{{Name: "netops", Password: true, Keys: "a key", Rate: 0.5}}
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		if s := e.Snapshot(); total(f) != 300 || s.Sweeps["g"].Done != 1 {
			t.Errorf("%d of 300 devices were polled, sweeps %+v, %d turns wait", total(f), s.Sweeps["g"], s.Queue)
		}
	})
}

// TestParkedSlowTurnsHoldUpNobody has slow failing devices wait for their lane, which they fill, beside healthy ones that all
// have to wait for the rate of logins.
func TestParkedSlowTurnsHoldUpNobody(t *testing.T) {
	const interval = 5 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(func(d *inventory.Device, _ int) (time.Duration, Outcome) {
			if phase("hang "+d.Name) < 0.5 {
				return time.Hour, failed(failure.Timeout)
			}
			return time.Second, good()
		})
		plan := oneGroup(settings, f, interval, 200)
		plan.Settings.LoginRate = 2
		_, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(4 * interval)
		synctest.Wait()
		before := f.polls()
		time.Sleep(4 * interval)
		synctest.Wait()
		for name, n := range f.polls() {
			if n -= before[name]; phase("hang "+name) >= 0.5 && n < 3 {
				t.Errorf("%s is healthy and had %d polls in 4 intervals", name, n)
			}
		}
	})
}

// TestFloodOfPollNow asks for a device that waits at the door, again and again. One turn waits, not one for each request.
func TestFloodOfPollNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(func(*inventory.Device, int) (time.Duration, Outcome) { return time.Hour, failed(failure.Timeout) })
		f.sends = true
		plan := oneGroup(settings, f, time.Hour, 2) // one hangs, and has the only login that is allowed
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Second)
		for range 100 {
			for _, d := range plan.Groups[0].Devices {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				_, _ = e.PollNow(ctx, d.Name)
				cancel()
			}
		}
		if n := e.Snapshot().Queue; n > 2 {
			t.Errorf("%d turns wait for one device", n)
		}
		time.Sleep(time.Minute)
		if total(f) != 2 {
			t.Errorf("%d polls, want one of each device", total(f))
		}
	})
}
