package poll

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
)

// TestHandover moves half of a fleet from one engine to another, under way in a sweep: no device is polled by both at once, none twice in an
// interval, none later than an interval and the time in which nobody had it, and all that was known is known. If the clock of one of them is wrong, a device
// is polled half an interval later at most, once.
func TestHandover(t *testing.T) {
	const interval, nobody = 10 * time.Minute, 30 * time.Second
	for name, c := range map[string]struct {
		known bool
		ahead time.Duration // clock of the first
	}{
		"known":                               {true, 0},
		"after a crash":                       {false, 0},
		"after a crash, with archived facts":  {false, 0},
		"the clock before is hours ahead":     {true, 5*time.Hour + 4*time.Minute},
		"the clock before is a day behind":    {true, -24*time.Hour - 4*time.Minute},
		"the clock before is a minute behind": {true, -time.Minute},
	} {
		known, later := c.known, time.Duration(0)
		if c.ahead != 0 {
			later = interval / 2
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				booted := time.Now().Add(-100 * time.Hour)
				f := newFleet(func(*inventory.Device, int) (time.Duration, Outcome) {
					o := good()
					o.Facts.Uptime = &parser.Uptime{Age: time.Since(booted), Resolution: time.Minute}
					return 5 * time.Second, o
				})
				may := func() bool { return true }
				whole := oneGroup(settings, f, interval, 200)
				whole.Settings.Concurrency = 50
				first := whole
				first.Replica = &Replica{May: may}
				a, stopA := start(t, first, nil)
				defer stopA()
				second := oneGroup(whole.Settings, f, interval, 0)
				second.Replica = &Replica{May: may}
				b, err := New(second, slog.New(slog.DiscardHandler), nil)
				if err != nil {
					t.Fatal(err)
				}
				b.current.Load().groups["g"].epoch = time.Unix(0, 0).Add(-c.ahead)
				defer run(t, b)()
				time.Sleep(34 * time.Minute)
				synctest.Wait()

				first.Groups = []Group{{Name: "g", Interval: interval, Devices: whole.Groups[0].Devices[:100]}}
				second.Groups = []Group{{Name: "g", Interval: interval, Devices: whole.Groups[0].Devices[100:]}}
				stays := map[string]bool{}
				for _, d := range first.Groups[0].Devices {
					stays[d.Name] = true
				}
				facts, again := a.Facts(), a.Facts()
				if facts.Digest() != again.Digest() {
					t.Error("the digest of the same facts differs")
				}
				ended := a.Hold(func(d *inventory.Device) bool { return stays[d.Name] })
				ended(t.Context())
				moved := time.Now()
				var file bytes.Buffer
				if err := a.Held().Write(&file, func(string) bool { return true }); err != nil {
					t.Fatal(err)
				}
				if err := a.Apply(first); err != nil {
					t.Fatal(err)
				}
				time.Sleep(nobody)
				second.Replica = &Replica{May: may, Since: moved}
				if known {
					k, err := ReadKnown(&file)
					if err != nil {
						t.Fatal(err)
					}
					k.written = k.written.Add(c.ahead)
					for name, s := range k.devices {
						s.shift(c.ahead)
						k.devices[name] = s
					}
					k.Align(time.Now())
					second.Replica.Known = k
				}
				archived := strings.HasSuffix(name, "facts")
				if archived {
					second.Replica.Known = facts
				}
				if err := b.Apply(second); err != nil {
					t.Fatal(err)
				}
				for _, s := range b.Snapshot().Devices {
					if archived && (s.Facts.Version != "1.0" || s.State() != Pending || s.BootTime.IsZero()) {
						t.Fatalf("%s: %+v", s.Device.Name, s)
					}
				}
				for _, s := range b.Snapshot().Devices {
					if known && (s.Polls < 3 || s.Facts.Version != "1.0") || !known && s.Polls != 0 {
						t.Fatalf("%s: %d polls, version %q at the new one", s.Device.Name, s.Polls, s.Facts.Version)
					}
				}
				time.Sleep(30 * time.Minute)
				synctest.Wait()
				if len(f.twice) > 0 {
					t.Errorf("polled twice at once: %v", f.twice)
				}
				for _, s := range b.Snapshot().Devices {
					if s.Reboots != 0 || s.State() != Up {
						t.Errorf("%s: %d reboots, %s", s.Device.Name, s.Reboots, s.State())
					}
				}
				for _, d := range whole.Groups[0].Devices {
					times := f.of(d.Name)
					for i := 2; i < len(times); i++ { // the first sweep of an engine is at once, the second at the device's place
						gap := times[i].Sub(times[i-1])
						if gap < interval/2 || gap > interval+nobody+later+10*time.Second {
							t.Errorf("%s: polls %s apart", d.Name, gap)
						}
					}
				}
			})
		})
	}
}

// TestTakeoverAtTheEndOfASweep: devices whose place came in the end of a sweep, while nobody had them, are polled soon and not an interval later.
func TestTakeoverAtTheEndOfASweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const interval = 10 * time.Minute
		f := newFleet(after(time.Second))
		plan := oneGroup(settings, f, interval, 0)
		plan.Settings.Spread = 1
		may := func() bool { return true }
		plan.Replica = &Replica{May: may}
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Until(time.Now().Truncate(interval).Add(2*interval - time.Second))) // the sweep's last second
		gone := time.Now().Add(-5 * time.Minute)
		plan.Groups = oneGroup(settings, f, interval, 300).Groups
		plan.Replica = &Replica{May: may, Since: gone}
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		taken := time.Now()
		time.Sleep(2 * interval)
		synctest.Wait()
		half := 0
		for _, d := range plan.Groups[0].Devices {
			times := f.of(d.Name)
			place := taken.Truncate(interval).Add(time.Duration(phase(d.Name) * float64(interval)))
			if !place.Before(gone) && place.Before(taken) {
				if half++; len(times) == 0 || times[0].Sub(taken) > 5*time.Minute/makeUpPace+time.Second {
					t.Errorf("%s, whose place came while nobody had it, was polled at %v, taken over at %v", d.Name, times, taken)
				}
			} else if len(times) == 0 || times[0].Sub(taken) > interval+2*time.Second {
				t.Errorf("%s was polled at %v, taken over at %v", d.Name, times, taken)
			}
		}
		if half < 100 {
			t.Fatalf("only %d devices were missed", half)
		}
	})
}

// TestMayNot: an engine that may not poll does not.
func TestMayNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		plan := oneGroup(settings, f, time.Minute, 20)
		plan.Replica = &Replica{May: func() bool { return false }}
		_, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := len(f.polls()); n > 0 {
			t.Errorf("%d devices were polled", n)
		}
	})
}

// TestHeldDevicesEnd: Hold's function returns when the context ends, though a poll hangs.
func TestHeldDevicesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Hour))
		plan := oneGroup(settings, f, time.Minute, 1)
		plan.Settings.Timeout = time.Hour
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		e.Hold(func(*inventory.Device) bool { return false })(ctx)
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("waited %s", took)
		}
	})
}
