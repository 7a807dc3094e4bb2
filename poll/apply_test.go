package poll

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

func TestReloadDuringASweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings
		s.Concurrency = 20
		f := newFleet(after(time.Second))
		plan := oneGroup(s, f, 10*time.Minute, 2000) // the first sweep takes 100 s
		e, stop := start(t, plan, nil)
		defer stop()
		for i := range 9 {
			time.Sleep(10*time.Second + 300*time.Millisecond)
			next := oneGroup(s, f, 10*time.Minute, 2000)
			if i%2 == 0 { // a device moves into a group of its own and back
				next.Groups[0].Devices = next.Groups[0].Devices[:1990]
				next.Groups = append(next.Groups, Group{Name: "moved", Interval: 10 * time.Minute, Devices: plan.Groups[0].Devices[1990:]})
			}
			next.Settings.Concurrency = 20 - i%3
			if err := e.Apply(next); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(60 * time.Second)
		synctest.Wait()
		polls := f.polls()
		if len(polls) != 2000 {
			t.Errorf("%d devices were polled, want 2000", len(polls))
		}
		for name, n := range polls {
			if n != 1 {
				t.Errorf("%s was polled %d times in one sweep", name, n)
			}
		}
		if f.most > 20 || len(f.twice) > 0 {
			t.Errorf("%d at once; twice at once: %v", f.most, f.twice)
		}
		got := e.Snapshot()
		if got.Sweeps["g"].Done != 1 || got.Sweeps["g"].Skipped != 0 || got.Polls != 2000 {
			t.Errorf("%+v, %d polls", got.Sweeps["g"], got.Polls)
		}
	})
}

func TestReloadKeepsWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := newFleet(after(time.Second))
		plan := oneGroup(settings, f, 10*time.Minute, 4)
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		before := e.Snapshot()

		next := oneGroup(settings, f, 10*time.Minute, 5)
		next.Groups[0].Devices = next.Groups[0].Devices[1:] // 0 leaves, 4 comes
		next.Groups[0].Devices[1].Labels = []inventory.Label{{Name: "site", Value: "lab"}}
		next.Groups[0].Devices[2].Address = "192.0.2.77:22"
		if err := e.Apply(next); err != nil {
			t.Fatal(err)
		}
		now := e.Snapshot()
		var names []string
		for _, s := range now.Devices {
			names = append(names, s.Device.Name)
		}
		if diff := cmp.Diff([]string{"lab-g-00001", "lab-g-00002", "lab-g-00003", "lab-g-00004"}, names); diff != "" {
			t.Fatalf("devices right after the reload (-want +got):\n%s", diff)
		}
		if now.Devices[0] != before.Devices[1] {
			t.Error("the status of a device that has not changed is a new one")
		}
		if s := now.Devices[1]; s.Polls != 1 || s.Facts.Version != "1.0" || len(s.Device.Labels) != 1 {
			t.Errorf("with a new label: %+v", s)
		}
		if s := now.Devices[2]; s.Polls != 1 || s.Device.Address != "192.0.2.77:22" {
			t.Errorf("with a new address: %+v", s)
		}

		time.Sleep(2 * time.Second)
		synctest.Wait()
		for name, want := range map[string]int{
			"lab-g-00000": 1, "lab-g-00001": 1, "lab-g-00002": 1,
			"lab-g-00003": 2, // at its new address at once
			"lab-g-00004": 1, // new: at once
		} {
			if got := f.polls()[name]; got != want {
				t.Errorf("%s: %d polls right after the reload, want %d", name, got, want)
			}
		}
		time.Sleep(20*time.Minute - time.Since(began) - time.Millisecond)
		synctest.Wait()
		for _, name := range names {
			starts := f.of(name)
			at := starts[len(starts)-1].Sub(began)
			want := 10*time.Minute + time.Duration(phase(name)*0.8*float64(10*time.Minute))
			if (at - want).Abs() > time.Second {
				t.Errorf("%s came at %v, its phase is at %v", name, at, want)
			}
		}
	})
}

// Whoever corrects the address of a device that hangs does not want to wait for the next sweep.
func TestChangeDuringAPollIsPolledAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(10 * time.Second))
		e, stop := start(t, oneGroup(settings, f, 10*time.Minute, 1), nil)
		defer stop()
		time.Sleep(time.Second)
		next := oneGroup(settings, f, 10*time.Minute, 1)
		next.Groups[0].Devices[0].Address = "192.0.2.77:22"
		if err := e.Apply(next); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if s := e.Snapshot().Devices[0]; len(f.of(s.Device.Name)) != 2 || s.Polls != 1 || !s.Up() {
			t.Errorf("%d polls, of which the second counts: %+v", len(f.of(s.Device.Name)), s)
		}
		if len(f.twice) > 0 {
			t.Errorf("twice at once: %v", f.twice)
		}
	})
}

func TestRemovedDeviceIsNotResurrected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(10 * time.Second))
		plan := oneGroup(settings, f, 10*time.Minute, 2)
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Second) // both are in flight
		synctest.Wait()
		without := oneGroup(settings, f, 10*time.Minute, 1)
		for _, p := range []Plan{without, plan} { // leaves, and comes back while its poll is still in flight
			if err := e.Apply(p); err != nil {
				t.Fatal(err)
			}
			if got := len(e.Snapshot().Devices); got != len(p.Groups[0].Devices) {
				t.Errorf("%d devices", got)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(f.twice) > 0 {
			t.Errorf("polled twice at once: %v", f.twice)
		}
		if err := e.Apply(without); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if got := e.Snapshot(); len(got.Devices) != 1 {
			t.Errorf("%d devices", len(got.Devices))
		}
	})
}

func TestReloadChangesIntervalAndGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		e, stop := start(t, oneGroup(settings, f, time.Hour, 10), nil)
		defer stop()
		time.Sleep(time.Minute)
		if err := e.Apply(oneGroup(settings, f, 5*time.Minute, 10)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := total(f); got > 11 {
			t.Errorf("%d polls at once after a new interval: they had been polled a minute ago", got)
		}
		time.Sleep(15*time.Minute - 3*time.Second)
		synctest.Wait()
		for name, n := range f.polls() {
			if n < 3 || n > 4 {
				t.Errorf("%s: %d polls, want one from before and two or three of three sweeps", name, n)
			}
		}
		all := total(f)
		if err := e.Apply(Plan{Settings: settings, Poller: f, Credentials: []logins.Credential{{Name: "netops"}}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := total(f); got != all {
			t.Errorf("%d polls after all groups left, want no more than the %d before", got, all)
		}
	})
}

func TestManyGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		plan := Plan{Settings: settings, Poller: f, Credentials: []logins.Credential{{Name: "netops"}}}
		for i := range 50 {
			name := fmt.Sprintf("g%02d", i)
			plan.Groups = append(plan.Groups, Group{Name: name, Interval: time.Minute, Devices: devices(name, 4)})
		}
		_, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(3*time.Minute - time.Millisecond)
		synctest.Wait()
		for name, n := range f.polls() {
			if n != 3 {
				t.Errorf("%s: %d polls in three sweeps", name, n)
			}
		}
		if f.most > settings.Concurrency {
			t.Errorf("%d at once", f.most)
		}
	})
}

func TestDisabledDevicesAreNotPolled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		plan := oneGroup(settings, f, time.Minute, 3)
		plan.Groups[0].Devices[1].Disabled = true
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if s, ok := e.PollNow(t.Context(), "lab-g-00001"); !ok || s.State() != Disabled || s.Polls != 0 {
			t.Errorf("PollNow: %+v", s)
		}
		if n := len(f.of("lab-g-00001")); n != 0 {
			t.Errorf("%d polls of a disabled device", n)
		}
		plan = oneGroup(settings, f, time.Minute, 3) // enabled again; another one is not any more
		plan.Groups[0].Devices[2].Disabled = true
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		for i, want := range []State{Up, Up, Disabled} {
			if got := e.Snapshot().Devices[i]; got.State() != want || want == Disabled && got.Facts.Version != "" {
				t.Errorf("device %d is %s, want %s", i, got.State(), want)
			}
		}
	})
}

// TestPollNowOfADeviceThatMoves has the device change its group while somebody waits for it: the cap of its old group kept
// the poll from beginning.
func TestPollNowOfADeviceThatMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(func(d *inventory.Device, _ int) (time.Duration, Outcome) {
			if d.Name == "lab-g-00000" {
				return 20 * time.Second, good()
			}
			return time.Second, good()
		})
		plan := oneGroup(settings, f, time.Hour, 2)
		plan.Groups[0].Concurrency = 1
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Minute) // both are polled
		synctest.Wait()
		go e.PollNow(t.Context(), "lab-g-00000") // holds the only place
		time.Sleep(time.Second)
		polled := make(chan *Status)
		go func() {
			s, _ := e.PollNow(t.Context(), "lab-g-00001")
			polled <- s
		}()
		synctest.Wait()
		moved := oneGroup(settings, f, time.Hour, 2)
		moved.Groups = append(moved.Groups, Group{Name: "h", Interval: time.Hour, Devices: moved.Groups[0].Devices[1:]})
		moved.Groups[0].Devices = moved.Groups[0].Devices[:1]
		began := time.Now()
		if err := e.Apply(moved); err != nil {
			t.Fatal(err)
		}
		if s := <-polled; s.Polls != 2 || time.Since(began) > 2*time.Second {
			t.Errorf("%d polls after %v", s.Polls, time.Since(began))
		}
	})
}

// incomparable is a Poller that cannot be compared with another one.
type incomparable struct{ answers map[string]Outcome }

func (p incomparable) Poll(context.Context, *inventory.Device, *logins.Ticket) Outcome {
	return p.answers["any"]
}

func TestPollerNeedNotBeComparable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := incomparable{map[string]Outcome{"any": good()}}
		e, stop := start(t, oneGroup(settings, p, time.Minute, 2), nil)
		defer stop()
		if err := e.Apply(oneGroup(settings, p, time.Minute, 2)); err != nil {
			t.Error(err)
		}
	})
}
