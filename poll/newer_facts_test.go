package poll

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
)

// TestNewerFacts: a process that has counters of a device, and facts that another one has found out since, counts a reboot no second time.
func TestNewerFacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		booted := time.Now().Add(-100 * time.Hour)
		f := newFleet(func(*inventory.Device, int) (time.Duration, Outcome) {
			o := good()
			o.Facts.Uptime = &parser.Uptime{Age: time.Since(booted), Resolution: time.Minute}
			return time.Second, o
		})
		plan := oneGroup(settings, f, 10*time.Minute, 1)
		first, stop := start(t, plan, nil)
		time.Sleep(25 * time.Minute)
		stop()
		old := first.Known()
		booted = time.Now()
		second, stop := start(t, plan, nil)
		time.Sleep(25 * time.Minute)
		stop()

		all := second.Facts()
		all.Add(old)
		empty := oneGroup(settings, f, 10*time.Minute, 0)
		third, stop := start(t, empty, nil)
		defer stop()
		plan.Replica = &Replica{May: func() bool { return true }, Since: time.Now(), Known: all}
		if err := third.Apply(plan); err != nil {
			t.Fatal(err)
		}
		before := third.Snapshot().Devices[0]
		time.Sleep(25 * time.Minute)
		synctest.Wait()
		after := third.Snapshot().Devices[0]
		if before.Polls == 0 || after.Polls <= before.Polls || after.Reboots != 0 || after.BootTime.Sub(booted).Abs() > time.Minute {
			t.Errorf("%d polls, and then %d; %d reboots; booted %s, want %s", before.Polls, after.Polls, after.Reboots, after.BootTime, booted)
		}
	})
}
