package poll

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Thousands of devices that come from a source while the engine runs are polled within one spread, at an even pace, and the
// sweeps of those that are there go on.
func TestManyDevicesJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const interval, before, after3000 = 10 * time.Minute, 100, 3100
		f := newFleet(after(time.Second))
		s := settings
		s.Concurrency = 1000
		e, stop := start(t, oneGroup(s, f, interval, before), nil)
		defer stop()
		time.Sleep(interval + 7*time.Minute) // the second sweep hands out for one minute more, and the third begins while they join
		synctest.Wait()
		joined := time.Now()
		if err := e.Apply(oneGroup(s, f, interval, after3000)); err != nil {
			t.Fatal(err)
		}
		spread := time.Duration(settings.Spread * float64(interval))
		perSecond := map[int]int{}
		time.Sleep(spread + time.Second)
		synctest.Wait()
		names := e.Snapshot().Devices[before:]
		for _, s := range names {
			starts := f.of(s.Device.Name)
			if len(starts) == 0 {
				t.Fatalf("%s was not polled within the spread", s.Device.Name)
			}
			at := starts[0].Sub(joined)
			if at > spread {
				t.Errorf("%s came after %v", s.Device.Name, at)
			}
			perSecond[int(at.Seconds())]++
		}
		for second, n := range perSecond {
			if n > 3*joinPace {
				t.Errorf("%d devices came in second %d", n, second)
			}
		}
		if s := e.Snapshot().Sweeps["g"]; s.Skipped != 0 {
			t.Errorf("%+v: those that join hold up a sweep", s)
		}
	})
}

// A single device that joins is polled at once.
func TestOneDeviceJoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		e, stop := start(t, oneGroup(settings, f, 10*time.Minute, 10), nil)
		defer stop()
		time.Sleep(time.Minute)
		joined := time.Now()
		if err := e.Apply(oneGroup(settings, f, 10*time.Minute, 11)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if starts := f.of("lab-g-00010"); len(starts) != 1 || !starts[0].Equal(joined) {
			t.Errorf("polled at %v, joined at %v", starts, joined)
		}
	})
}

// TestJoinsWhileAnotherIsHandedOut has another device's turn handed out between the time at which one joins, and the time at which the group has it: a
// plan for a large fleet takes a moment.
func TestJoinsWhileAnotherIsHandedOut(t *testing.T) {
	for name, inherited := range map[string]bool{"new": false, "of another process": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGroup("g", lanes{})
				plan := &plan{revisions: new(atomic.Uint64)}
				part := &Group{Name: "g", Interval: time.Minute, Devices: devices("g", 2)}
				join := func(i int) *target {
					made := newTarget(part.Devices[i].Name, time.Now())
					made.assign(plan, g, &part.Devices[i], time.Now(), 0)
					return made
				}
				first := join(0)
				g.configure(part, 0.8, false, []*target{first})
				g.open(time.Now())
				time.Sleep(50 * time.Second) // the places of the sweep are past
				second := join(1)
				if inherited {
					second.joinAt(time.Now().Add(-time.Minute), time.Now(), time.Now())
				}
				time.Sleep(time.Second)
				first.turns = turns{joined: time.Now()}
				g.configure(part, 0.8, false, []*target{first})
				if ready, _, _ := g.next(time.Now()); ready.target != first {
					t.Fatal("the device that must be polled anew is not offered")
				} else {
					g.sent(ready)
				}
				g.configure(part, 0.8, false, []*target{first, second})
				if ready, _, _ := g.next(time.Now()); ready.target != second {
					t.Error("the device that joined before is not offered")
				}
			})
		})
	}
}
