package poll

import (
	"bytes"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
)

// guarded is a plan whose devices get a password; wrong says when they refuse it.
func guarded(wrong *atomic.Bool, interval time.Duration, n int) (Plan, *fleet) {
	f := newFleet(func(*inventory.Device, int) (time.Duration, Outcome) {
		if wrong.Load() {
			return time.Second, failed(failure.Auth)
		}
		return time.Second, good()
	})
	f.sends = true
	return oneGroup(settings, f, interval, n), f
}

func TestCredentialPausesAndResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		plan, f := guarded(&wrong, 10*time.Minute, 200)
		var log bytes.Buffer
		e, err := New(plan, slog.New(slog.NewTextHandler(&log, nil)), nil)
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
		if got := total(f) - asked; got < 3 || got > 4 { // those that had accepted it, and perhaps a canary
			t.Errorf("%d devices were asked with the refused credential, want 3 or 4", got)
		}
		s := e.Snapshot()
		if !s.Logins["netops"].Paused || s.Failures[failure.Paused] < 190 || s.Failures[failure.Auth] > 4 {
			t.Errorf("%+v, failures %v", s.Logins, s.Failures)
		}
		time.Sleep(30 * time.Minute) // canaries only, another one each time
		synctest.Wait()
		if got := total(f) - asked; got < 5 || got > 7 {
			t.Errorf("%d devices were asked after four sweeps, want 5 to 7", got)
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
		if s.Logins["netops"].Paused || down > 0 {
			t.Errorf("two sweeps after the password is right again: %+v, %d down", s.Logins, down)
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

// TestStopSaysNothingOfTheSecret ends the engine while passwords are on their way: that they had no answer is our doing, and the
// next start must not find the credential paused.
func TestStopSaysNothingOfTheSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan, f := guarded(new(atomic.Bool), time.Minute, 400)
		plan.Settings.Concurrency = 64
		e, stop := start(t, plan, nil)
		time.Sleep(90*time.Second + time.Millisecond)
		synctest.Wait()
		if f.running < 4 {
			t.Fatalf("%d polls in flight", f.running)
		}
		stop()
		if s := e.Snapshot().Logins["netops"]; s.Paused || s.Allowed < 64 {
			t.Errorf("after the end of the process: %+v", s)
		}
	})
}

func total(f *fleet) (n int) {
	for _, polls := range f.polls() {
		n += polls
	}
	return n
}

// TestWrongPasswordAtStart parks the fleet behind one login at a time; what the door lets through is bounded.
func TestWrongPasswordAtStart(t *testing.T) {
	for _, concurrency := range []int{1, 64} {
		synctest.Test(t, func(t *testing.T) {
			var wrong atomic.Bool
			wrong.Store(true)
			plan, f := guarded(&wrong, 10*time.Minute, 300)
			plan.Settings.Concurrency = concurrency
			_, stop := start(t, plan, nil)
			defer stop()
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			if got := total(f); got != 4 {
				t.Errorf("%d workers: %d devices were asked, want 4", concurrency, got)
			}
		})
	}
}

// TestSlowStart has every device polled in the first sweep although only one login is allowed at first, and none fails for it.
func TestSlowStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		plan, f := guarded(&wrong, 10*time.Minute, 300)
		plan.Groups[0].Concurrency = 5 // the cap of a group holds for parked polls, too
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		s := e.Snapshot()
		if total(f) != 300 || s.Failures[failure.Paused] > 0 || f.most > 5 || s.Sweeps["g"].Done != 1 {
			t.Errorf("%d polls, %d at once, failures %v, sweeps %+v", total(f), f.most, s.Failures, s.Sweeps)
		}
		if got := s.Logins["netops"].Logins[logins.Accepted]; got != 300 {
			t.Errorf("%d logins were accepted, want 300", got)
		}
	})
}

// TestPausedCredentialHoldsUpNobodyElse has two credentials in one group, one of which hangs at the door.
func TestPausedCredentialHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(func(d *inventory.Device, _ int) (time.Duration, Outcome) {
			if d.Credential == "slow" {
				return 25 * time.Second, failed(failure.Auth)
			}
			return time.Second, good()
		})
		f.sends = true
		plan := oneGroup(settings, f, 10*time.Minute, 200)
		plan.Credentials = append(plan.Credentials, logins.Credential{Name: "slow", Identity: secret.New("slow"), Password: true})
		for i := range plan.Groups[0].Devices {
			if i%2 == 0 {
				plan.Groups[0].Devices[i].Credential = "slow"
			}
		}
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		up := 0
		for _, d := range e.Snapshot().Devices {
			if d.Up() {
				up++
			}
		}
		if up != 100 {
			t.Errorf("%d of 100 devices with the right password are up after a minute", up)
		}
	})
}

func TestReloadForgetsOnlyWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wrong atomic.Bool
		wrong.Store(true)
		plan, _ := guarded(&wrong, 10*time.Minute, 20)
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if !e.Snapshot().Logins["netops"].Paused {
			t.Fatal("not paused")
		}
		another, _ := guarded(&wrong, time.Minute, 0)
		plan.Poller = another.Poller
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		if !e.Snapshot().Logins["netops"].Paused {
			t.Error("a reload of the same credential ended the pause")
		}
		wrong.Store(false)
		plan.Credentials = []logins.Credential{{Name: "netops", Password: true, Identity: secret.New("another")}}
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		if e.Snapshot().Logins["netops"].Paused {
			t.Error("still paused after a reload with another password")
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

func TestLoginRateChangesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		plan := oneGroup(settings, f, time.Hour, 100)
		plan.Settings.LoginRate = 2
		e, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if got := total(f); got < 20 || got > 22 {
			t.Errorf("%d logins in 10 s at 2 a second", got)
		}
		plan.Settings.LoginRate = 10
		if err := e.Apply(plan); err != nil {
			t.Fatal(err)
		}
		before := total(f)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := total(f) - before; got < 35 || got > 51 { // 8 workers take a second a poll
			t.Errorf("%d logins in 5 s at 10 a second", got)
		}
		if n := fmt.Sprint(e.Snapshot().Failures[failure.Timeout]); n != "0" {
			t.Errorf("%s polls ran into their timeout while they waited", n)
		}
	})
}

// TestNewPasswordPassesByItsOwnTicket brings another password by a reload, which is wrong, while a big fleet is polled as fast
// as it goes. What is known of the old password opens no way for the new one.
func TestNewPasswordPassesByItsOwnTicket(t *testing.T) {
	var wrong, right atomic.Bool
	wrong.Store(true)
	s := settings
	s.Concurrency = 64
	const interval = 100 * time.Millisecond
	plan, f := guarded(&right, interval, 20_000)
	plan.Settings = s
	f.answer = func(*inventory.Device, int) (time.Duration, Outcome) { return 0, good() }
	plan.Credentials[0].Identity = secret.New("old")
	e, stop := start(t, plan, nil)
	defer stop()
	for total(f) < 1000 {
		runtime.Gosched()
	}
	next, refusing := guarded(&wrong, time.Hour, 20_000)
	refusing.answer = func(*inventory.Device, int) (time.Duration, Outcome) { return 0, failed(failure.Auth) }
	next.Settings, next.Credentials[0].Identity = s, secret.New("new")
	began := time.Now()
	if err := e.Apply(next); err != nil {
		t.Fatal(err)
	}
	for !e.Snapshot().Logins["netops"].Paused {
		runtime.Gosched()
	}
	got := total(refusing)
	canaries := int(time.Since(began) / (interval * 9 / 10)) // the group has its new interval a moment after the password
	if got < 4 || got > 4+canaries {
		t.Errorf("the new password was refused %d times, want 4, and at most %d canaries", got, canaries)
	}
}
