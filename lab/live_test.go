package lab

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// TestLive watches a live fleet for a minute: all that Live promises happens, nothing happens to a device that is broken from
// the start, and in the end each device is as well as in the beginning.
func TestLive(t *testing.T) {
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	devices, err := LiveDemo(60, platforms.All()...)
	if err != nil {
		t.Fatal(err)
	}
	key, err := newHostKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		if err := d.build(key); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, d := range devices {
			d.booted.Store(time.Now().Add(-time.Hour).UnixNano())
		}
		ended := make(chan error, 1)
		go func() { ended <- (&Fleet{devices: devices}).Live(ctx, 2*time.Second) }()

		type situation struct {
			fault    Fault
			password bool // the one of the inventory
		}
		seen := map[situation]bool{}
		upgraded, rebooted, inLoop := map[*Device]bool{}, map[*Device]int{}, false
		for begun := time.Now(); ctx.Err() == nil; wait(ctx, time.Second) {
			for _, d := range devices {
				upgraded[d] = upgraded[d] || d.release.Load() > 0
				if time.Since(begun) > time.Second && d.Uptime() <= time.Second {
					rebooted[d]++
					inLoop = inLoop || rebooted[d] > 3
				}
				seen[situation{d.CurrentFault(), d.wants() == d.Login.Password}] = true
				if d.Fault != "" && (d.CurrentFault() != d.Fault || rebooted[d] > 0) {
					t.Errorf("%s, broken from the start, has changed", d.Name)
				}
			}
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for _, s := range []situation{{Refuse, true}, {Silent, true}, {OtherHostKey, true}, {ResetMidOutput, true}, {NoFreeSession, true}, {"", false}} {
			if !seen[s] {
				t.Errorf("never seen: fault %q, password as the inventory has it: %v", s.fault, s.password)
			}
		}
		upgrades := 0
		for _, d := range devices {
			if upgraded[d] {
				upgrades++
			}
			if d.CurrentFault() != d.Fault || d.wants() != d.Login.Password {
				t.Errorf("%s is left with fault %q, password %q", d.Name, d.CurrentFault(), d.wants())
			}
		}
		if upgrades < 5 || len(rebooted) < upgrades || !inLoop {
			t.Errorf("%d upgrades, %d devices rebooted, one in a loop: %v", upgrades, len(rebooted), inLoop)
		}
	})
}

// The releases of the demonstration differ, so that an upgrade is seen.
func TestLiveDemo(t *testing.T) {
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 3, 60} {
		devices, err := LiveDemo(n, platforms.All()...)
		if err != nil {
			t.Fatal(err)
		}
		if len(devices) != n {
			t.Errorf("%d devices, want %d", len(devices), n)
		}
		differ := 0
		for _, d := range devices {
			if len(d.Releases) == 0 {
				continue
			}
			one, _ := d.Platform.Parse(d.Releases[0].Answers)
			other, _ := d.Platform.Parse(d.Releases[1].Answers)
			if one.Facts.Version != other.Facts.Version {
				differ++
			}
		}
		if differ < n*8/10 {
			t.Errorf("of %d devices %d have releases that differ", n, differ)
		}
	}
}
