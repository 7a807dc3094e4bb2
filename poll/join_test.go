package poll

import (
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
