package poll

import (
	"bytes"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
)

func TestBreakerPausesAndResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		f := newFleet(func(*inventory.Device, int) (time.Duration, Outcome) {
			if wrong.Load() {
				return 0, failed(failure.Auth)
			}
			return time.Second, good()
		})
		var log bytes.Buffer
		e, err := New(oneGroup(settings, f, 10*time.Minute, 200), slog.New(slog.NewTextHandler(&log, nil)), nil)
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, e)
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		wrong.Store(true)
		asked := total(f)
		time.Sleep(10 * time.Minute) // a sweep
		synctest.Wait()
		// Three that trip it, then one canary.
		if got := total(f) - asked; got != 4 {
			t.Errorf("%d devices were asked with the refused credential, want 4", got)
		}
		s := e.Snapshot()
		if !s.Paused["netops"] || s.Failures[failure.Paused] != 196 || s.Failures[failure.Auth] != 4 {
			t.Errorf("paused %v, failures %v", s.Paused, s.Failures)
		}
		time.Sleep(30 * time.Minute) // canaries only, another one each time
		synctest.Wait()
		if got := total(f) - asked; got != 7 {
			t.Errorf("%d devices were asked after four sweeps, want 7", got)
		}
		wrong.Store(false)
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		s = e.Snapshot()
		down := 0
		for _, d := range s.Devices {
			if !d.Up() {
				down++
			}
		}
		if s.Paused["netops"] || down > 0 {
			t.Errorf("two sweeps after the password is right again: paused %v, %d down", s.Paused, down)
		}
		stop()
		for _, want := range []string{"credential is paused", "credential=netops", "reload", "credential is in use again"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not say %q", want)
			}
		}
		if got := strings.Count(log.String(), "\n"); got > 60 {
			t.Errorf("%d lines in the log", got)
		}
	})
}

func total(f *fleet) (n int) {
	for _, polls := range f.polls() {
		n += polls
	}
	return n
}

func TestReloadResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(says(failed(failure.Auth)))
		plan := oneGroup(settings, f, 10*time.Minute, 20)
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if !e.Snapshot().Paused["netops"] {
			t.Fatal("not paused")
		}
		if err := e.Apply(plan); err != nil { // new devices perhaps, but the same credentials
			t.Fatal(err)
		}
		if !e.Snapshot().Paused["netops"] {
			t.Error("resumed without another poller")
		}
		plan.Poller = newFleet(after(time.Second))
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		if e.Snapshot().Paused["netops"] {
			t.Error("still paused after a reload")
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		for _, d := range e.Snapshot().Devices {
			if !d.Up() {
				t.Errorf("%s: %s", d.Device.Name, d.Reason)
			}
		}
	})
}

func TestFuse(t *testing.T) {
	type step struct {
		device string
		reason failure.Reason
		at     time.Duration
	}
	ok := failure.Reason("")
	for _, tc := range []struct {
		name   string
		steps  []step
		paused bool
	}{
		{"three devices", []step{{"a", failure.Auth, 0}, {"b", failure.Auth, 1}, {"c", failure.Auth, 2}}, true},
		{"one device, often", []step{{"a", failure.Auth, 0}, {"a", failure.Auth, 1}, {"a", failure.Auth, 2}, {"a", failure.Auth, 3}}, false},
		{"accepted in between", []step{{"a", failure.Auth, 0}, {"b", failure.Auth, 1}, {"d", ok, 2}, {"c", failure.Auth, 3}}, false},
		{"accepted in between, but no version", []step{{"a", failure.Auth, 0}, {"b", failure.Auth, 1}, {"d", failure.Parse, 2}, {"c", failure.Auth, 3}}, false},
		{"only unreachable in between", []step{{"a", failure.Auth, 0}, {"b", failure.Auth, 1}, {"d", failure.Connect, 2}, {"c", failure.Auth, 3}}, true},
		{"too far apart", []step{{"a", failure.Auth, 0}, {"b", failure.Auth, time.Minute}, {"c", failure.Auth, refusalWindow + 1}}, false},
		{"the same three that always refuse", []step{
			{"a", failure.Auth, 0}, {"x", ok, 1}, {"b", failure.Auth, 2}, {"y", ok, 3}, {"c", failure.Auth, 4}, {"z", ok, 5},
			{"a", failure.Auth, 6}, {"b", failure.Auth, 7}, {"c", failure.Auth, 8},
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBreaker(slog.New(slog.DiscardHandler))
			b.reset(map[string]int{"netops": 9}, false)
			f := b.use("netops")
			start := time.Now()
			for _, s := range tc.steps {
				if f.admit(s.device, time.Minute, start.Add(s.at)) {
					f.report(s.device, s.reason, start.Add(s.at))
				}
			}
			if got := b.paused()["netops"]; got != tc.paused {
				t.Errorf("paused: %v, want %v", got, tc.paused)
			}
		})
	}
}
