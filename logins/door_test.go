package logins

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// try logs a device in through the door; it returns the decision.
func try(t *testing.T, d *Door, device string, v Verdict) Decision {
	t.Helper()
	ticket, decision, _ := d.Enter(Request{Device: device, Credential: "netops", Interval: time.Minute}, func() {})
	if decision != Go {
		return decision
	}
	if err := ticket.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	reason := failure.Reason("")
	if v != NoneSent {
		if err := ticket.MaySend("password"); err != nil {
			t.Fatal(err)
		}
	}
	switch v {
	case Refused:
		reason = failure.Auth
		ticket.Tell(Refused)
	case Accepted:
		ticket.Tell(Accepted)
		ticket.Confirm()
	case Unknown: // nobody tells: a poll that broke off
		reason = failure.Timeout
	}
	ticket.Close(reason)
	return Go
}

// TestCanaries has one device an interval try a paused secret, another one each time, until one accepts it.
func TestCanaries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(64)
		for _, device := range []string{"a", "b", "c", "d"} {
			try(t, d, device, Refused)
		}
		asked := map[string]int{}
		for range 20 { // intervals of a minute, in which each device comes once
			for _, device := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
				time.Sleep(time.Minute / 8)
				if try(t, d, device, Refused) == Go {
					asked[device]++
				}
			}
		}
		total := 0
		for _, n := range asked {
			total += n
		}
		if total < 10 || total > 20 || len(asked) < 6 {
			t.Errorf("canaries in 20 intervals: %v", asked)
		}
		for range 3 {
			time.Sleep(time.Hour)
			if try(t, d, "e", Accepted) == Go {
				break
			}
		}
		if s := d.States()["netops"]; s.Paused || s.Allowed != 2 {
			t.Errorf("after an acceptance: %+v", s)
		}
	})
}

func TestTicket(t *testing.T) {
	t.Run("nil permits everything", func(t *testing.T) {
		var ticket *Ticket
		if err := errors.Join(ticket.Login(t.Context()), ticket.MaySend("password")); err != nil || !ticket.Clean() {
			t.Error(err)
		}
		if enable, may := ticket.Enable(t.Context()); enable != nil || !may {
			t.Errorf("enable: %v", may)
		}
		ticket.Tell(Refused)
		ticket.Other("password")
		ticket.Close("")
	})
	t.Run("no login after a refusal", func(t *testing.T) {
		ticket, _, _ := newDoor(8).Enter(Request{Device: "a", Credential: "netops"}, nil)
		_ = ticket.Login(t.Context())
		_ = ticket.MaySend("password")
		ticket.Tell(Refused)
		if err := ticket.Login(t.Context()); failure.Of(err) != failure.Auth || ticket.Clean() {
			t.Errorf("%v", err)
		}
		if err := ticket.MaySend("keyboard-interactive"); failure.Of(err) != failure.Auth {
			t.Errorf("a second attempt with an unproven secret: %v", err)
		}
		ticket.Close(failure.Auth)
	})
	t.Run("another login after an acceptance", func(t *testing.T) {
		d := newDoor(8)
		ticket, _, _ := d.Enter(Request{Device: "a", Credential: "netops"}, nil)
		for range 3 {
			if err := errors.Join(ticket.Login(t.Context()), ticket.MaySend("password")); err != nil {
				t.Fatal(err)
			}
			ticket.Tell(Accepted)
			ticket.Confirm()
		}
		ticket.Close("")
		if got := d.States()["netops"].Logins[Accepted]; got != 3 {
			t.Errorf("%d logins counted", got)
		}
	})
	t.Run("the session refuses what the server accepted", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDoor(8)
			ticket, _, _ := d.Enter(Request{Device: "a", Credential: "netops", Interval: time.Minute}, nil)
			_ = ticket.MaySend("password")
			ticket.Tell(Accepted)
			_ = ticket.MaySend("session")
			ticket.Tell(Refused)
			ticket.Close(failure.Auth)
			if _, decision, _ := d.Enter(Request{Device: "a", Credential: "netops", Interval: time.Minute}, nil); decision != BackOff {
				t.Errorf("decision %v, want the device to be left alone", decision)
			}
		})
	})
	t.Run("a method that is refused makes room for the other", func(t *testing.T) {
		d := newDoor(8)
		ticket, _, _ := d.Enter(Request{Device: "a", Credential: "netops"}, nil)
		_ = ticket.MaySend("password")
		ticket.Other("keyboard-interactive")
		ticket.Tell(Refused)
		ticket.Close(failure.Auth)
		another, _, _ := d.Enter(Request{Device: "b", Credential: "netops"}, nil)
		if got := another.Method(); got != "keyboard-interactive" {
			t.Errorf("the next device of an unproven credential is tried by %q", got)
		}
	})
}

// TestRates has both limits hold for logins, not for polls over kept sessions.
func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := New(slog.New(slog.DiscardHandler))
		d.Configure(Settings{Most: 8, Rate: 10, Credentials: []Credential{{Name: "netops", Rate: 2}, {Name: "other"}}})
		if _, decision, _ := d.Enter(Request{Device: "a", Credential: "netops"}, nil); decision != Go {
			t.Fatal(decision)
		}
		_, decision, until := d.Enter(Request{Device: "b", Credential: "netops"}, nil)
		if decision != Wait || time.Until(until) != 500*time.Millisecond {
			t.Errorf("%v for %v, want half a second", decision, time.Until(until))
		}
		kept, decision, _ := d.Enter(Request{Device: "b", Credential: "netops", Kept: true}, nil)
		if decision != Go {
			t.Fatalf("a kept session: %v", decision)
		}
		before := time.Now()
		if err := kept.Login(t.Context()); err != nil || time.Since(before) != 500*time.Millisecond {
			t.Errorf("its next login waited %v: %v", time.Since(before), err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := kept.Login(short); !errors.Is(err, ErrWait) {
			t.Errorf("a login that would wait longer than there is time: %v", err)
		}
	})
}

func TestForget(t *testing.T) {
	d := newDoor(64)
	try(t, d, "a", Refused)
	d.Forget("a")
	if got := try(t, d, "a", Accepted); got != Go {
		t.Errorf("a device that took the place of one that refused: %v", got)
	}
}

// TestReloadsBesidePolls is for the race detector: polls end, and the state is kept, while configurations come.
func TestReloadsBesidePolls(t *testing.T) {
	told := 0
	settings := Settings{Most: 8, Refused: func(string) { told++ }, Credentials: []Credential{{Name: "netops", Identity: secret.New("x"), Password: true}}}
	d := New(slog.New(slog.DiscardHandler))
	d.Configure(settings)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			d.Configure(settings)
			_ = d.Credentials()
		}
	}()
	for i := range 100 {
		if ticket, decision, _ := d.Enter(Request{Device: fmt.Sprint(i), Credential: "netops"}, func() {}); decision == Go {
			_ = ticket.MaySend("password")
			ticket.Tell(Refused)
			ticket.Close(failure.Auth)
		}
	}
	<-done
	if told == 0 {
		t.Error("no refusal was told")
	}
}

// TestRefusalsAreTold has every kind of poll after which the proofs of a credential are worth reading again.
func TestRefusalsAreTold(t *testing.T) {
	for name, tt := range map[string]struct {
		poll   func(*Ticket)
		reason failure.Reason
		told   int
	}{
		"accepted":                          {poll: func(t *Ticket) { _ = t.MaySend("password"); t.Tell(Accepted) }},
		"a key opened":                      {poll: func(*Ticket) {}},
		"not reached":                       {poll: func(*Ticket) {}, reason: failure.Connect},
		"the password was refused":          {poll: func(t *Ticket) { _ = t.MaySend("password"); t.Tell(Refused) }, reason: failure.Auth, told: 1},
		"a key was refused":                 {poll: func(*Ticket) {}, reason: failure.Auth, told: 1},
		"accepted, with an old certificate": {poll: func(t *Ticket) { _ = t.MaySend("password"); t.Tell(Accepted); t.Outdated() }, told: 1},
	} {
		t.Run(name, func(t *testing.T) {
			told := 0
			d := New(slog.New(slog.DiscardHandler))
			d.Configure(Settings{Most: 8, Refused: func(string) { told++ }, Credentials: []Credential{{Name: "netops", Password: true, Keys: "a key"}}})
			ticket, _, _ := d.Enter(Request{Device: "a", Credential: "netops", Interval: time.Minute}, nil)
			tt.poll(ticket)
			ticket.Close(tt.reason)
			if told != tt.told {
				t.Errorf("told %d times, want %d", told, tt.told)
			}
		})
	}
}
