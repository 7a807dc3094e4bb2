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

// TestBreaker goes through series of logins, one after the other.
func TestBreaker(t *testing.T) {
	type step struct {
		device  string
		verdict Verdict
	}
	for _, tc := range []struct {
		name   string
		steps  []step
		paused bool
	}{
		{"three refusals at start", []step{{"a", Refused}, {"b", Refused}, {"c", Refused}}, false},
		{"four refusals at start", []step{{"a", Refused}, {"b", Refused}, {"c", Refused}, {"d", Refused}}, true},
		{"four that broke off at start", []step{{"a", Unknown}, {"b", Unknown}, {"c", Unknown}, {"d", Unknown}}, true},
		{"accepted in between", []step{{"a", Refused}, {"b", Refused}, {"c", Accepted}, {"d", Refused}, {"e", Refused}, {"f", Refused}, {"g", Refused}}, false},
		{"nothing sent in between", []step{{"a", Refused}, {"b", Refused}, {"x", NoneSent}, {"c", Refused}, {"d", Refused}}, true},
		{"three that had accepted it", []step{{"a", Accepted}, {"b", Accepted}, {"c", Accepted}, {"a", Refused}, {"b", Refused}, {"c", Refused}}, true},
		{"two that had accepted it", []step{{"a", Accepted}, {"b", Accepted}, {"c", Accepted}, {"a", Refused}, {"b", Refused}}, false},
		{"three that had accepted it, with an acceptance between", []step{
			{"a", Accepted}, {"b", Accepted}, {"c", Accepted}, {"a", Refused}, {"b", Refused}, {"d", Accepted}, {"c", Refused},
		}, false},
		{"one device has it by chance, and nobody else", []step{
			{"a", Accepted}, {"b", Refused}, {"c", Refused}, {"d", Refused}, {"e", Refused}, {"f", Refused}, {"g", Refused},
			{"h", Refused}, {"i", Refused}, {"j", Refused}, {"k", Refused}, {"l", Refused}, {"m", Refused},
		}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDoor(64)
				for _, s := range tc.steps {
					if got := try(t, d, s.device, s.verdict); got != Go {
						t.Fatalf("%s: decision %v", s.device, got)
					}
				}
				if got := d.States()["netops"].Paused; got != tc.paused {
					t.Errorf("paused is %v", got)
				}
			})
		})
	}
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

// TestWindow grows with every acceptance up to the number of workers.
func TestWindow(t *testing.T) {
	d := newDoor(20)
	var got []int
	for _, device := range []string{"a", "b", "c", "d", "e", "f"} {
		got = append(got, d.States()["netops"].Allowed)
		try(t, d, device, Accepted)
	}
	for i, want := range []int{1, 2, 4, 8, 16, 20} {
		if got[i] != want {
			t.Fatalf("windows %v", got)
		}
	}
	first, decision, _ := d.Enter(Request{Device: "a", Credential: "netops"}, nil)
	if decision != Go || first.MaySend("password") != nil {
		t.Fatal(decision)
	}
	first.Tell(Refused) // it had accepted it: strong evidence
	first.Close(failure.Auth)
	if s := d.States()["netops"]; s.Allowed != 1 {
		t.Errorf("after a strong refusal: %+v", s)
	}
	second, _, _ := d.Enter(Request{Device: "b", Credential: "netops"}, nil)
	woken := 0
	if _, decision, _ := d.Enter(Request{Device: "c", Credential: "netops"}, func() { woken++ }); decision != Wait {
		t.Errorf("a second login while the secret is doubted: %v", decision)
	}
	if err := second.MaySend("password"); err != nil {
		t.Fatal(err)
	}
	second.Tell(Accepted)
	second.Confirm()
	if woken != 1 {
		t.Errorf("woken %d times by the acceptance", woken)
	}
	second.Close("")
}

// TestKeysNeedNoWindow: where a key opens, no secret is sent and nobody waits; a device that wants the secret after all waits
// for its turn, and is known from then on.
func TestKeysNeedNoWindow(t *testing.T) {
	d := New(slog.New(slog.DiscardHandler))
	d.Configure(Settings{Most: 8, Credentials: []Credential{{Name: "netops", Password: true, Key: true}}})
	enter := func(device string) (*Ticket, Decision) {
		ticket, decision, _ := d.Enter(Request{Device: device, Credential: "netops"}, func() {})
		return ticket, decision
	}
	for _, device := range []string{"a", "b", "c"} {
		if _, decision := enter(device); decision != Go {
			t.Fatalf("%s: %v", device, decision)
		}
	}
	first, _ := enter("d")
	second, _ := enter("e")
	if err := first.MaySend("password"); err != nil {
		t.Error(err)
	}
	if err := second.MaySend("password"); !errors.Is(err, ErrWait) {
		t.Errorf("the second device that wants the password of an unproven credential: %v", err)
	}
	second.Close(failure.Internal)
	if _, decision := enter("e"); decision != Wait {
		t.Errorf("a device that is known to want the password: %v", decision)
	}
	first.Tell(Accepted)
	first.Confirm()
	first.Close("")
	if _, decision := enter("e"); decision != Go {
		t.Errorf("after the acceptance: %v", decision)
	}
}

func TestTicket(t *testing.T) {
	t.Run("nil permits everything", func(t *testing.T) {
		var ticket *Ticket
		if err := errors.Join(ticket.Login(t.Context()), ticket.MaySend("password")); err != nil || !ticket.Clean() || !ticket.MayEnable() {
			t.Error(err)
		}
		ticket.Tell(Refused)
		ticket.TellEnable(false)
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
	t.Run("the enable secret backs off", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d := newDoor(8)
			ticket, _, _ := d.Enter(Request{Device: "a", Credential: "netops", Interval: time.Minute}, nil)
			ticket.TellEnable(false)
			if ticket.MayEnable() {
				t.Error("may be sent again at once")
			}
			time.Sleep(2 * time.Minute)
			if !ticket.MayEnable() {
				t.Error("may not be sent after two intervals")
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

// TestRefusedInTheSession has devices whose SSH servers accept every password, and that refuse it in the session or as a
// second factor. That is no acceptance: the bound holds for them, too.
func TestRefusedInTheSession(t *testing.T) {
	d := newDoor(64)
	refused := 0
	for i := range 100 {
		ticket, decision, _ := d.Enter(Request{Device: fmt.Sprint(i), Credential: "netops", Interval: time.Hour}, nil)
		if decision != Go {
			continue
		}
		for _, verdict := range []Verdict{Accepted, Refused} {
			if err := ticket.MaySend("password"); err != nil {
				t.Fatal(err)
			}
			ticket.Tell(verdict)
		}
		refused++
		ticket.Close(failure.Auth)
	}
	if refused != mostTries {
		t.Errorf("%d refused attempts, want %d", refused, mostTries)
	}
}

// TestOneSecretUnderTwoNames has two credentials that a server takes for the same account, and a reload that gives them
// other names.
func TestOneSecretUnderTwoNames(t *testing.T) {
	identity := secret.New("netops swordfish")
	d := New(slog.New(slog.DiscardHandler))
	name := func(names ...string) {
		s := Settings{Most: 64}
		for _, n := range names {
			s.Credentials = append(s.Credentials, Credential{Name: n, Identity: identity, Password: true})
		}
		d.Configure(s)
	}
	refused := 0
	ask := func(credential string) {
		for i := range 10 {
			ticket, decision, _ := d.Enter(Request{Device: fmt.Sprint(credential, i), Credential: credential, Interval: time.Hour}, nil)
			if decision != Go {
				continue
			}
			_ = ticket.Login(t.Context())
			_ = ticket.MaySend("password")
			ticket.Tell(Refused)
			refused++
			ticket.Close(failure.Auth)
		}
	}
	name("one", "two")
	ask("one")
	ask("two")
	name("three", "four")
	ask("three")
	if states := d.States(); refused != mostTries || !states["three"].Paused || !states["four"].Paused {
		t.Errorf("%d refused attempts, want %d; %+v", refused, mostTries, states)
	}
	other := New(slog.New(slog.DiscardHandler))
	other.Configure(Settings{Most: 64, Credentials: []Credential{{Name: "four", Identity: identity, Password: true}}})
	other.Recall(d.Credentials(), nil)
	if !other.States()["four"].Paused {
		t.Error("not paused after a restart")
	}
}

// TestPlacesAreNotHeldByHangingDevices has devices hang before they ask for the password. The one login that is allowed at
// first does not wait for them, and not more than one password is on its way when they wake up.
func TestPlacesAreNotHeldByHangingDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(64)
		var hanging []*Ticket
		for i := range 30 {
			woken := make(chan struct{}, 1)
			wake := func() { woken <- struct{}{} }
			r := Request{Device: fmt.Sprint(i), Credential: "netops", Interval: time.Hour}
			ticket, decision, _ := d.Enter(r, wake)
			if decision == Wait {
				<-woken
				ticket, decision, _ = d.Enter(r, wake)
			}
			if decision != Go {
				t.Fatalf("device %d: decision %v", i, decision)
			}
			hanging = append(hanging, ticket)
		}
		sent := 0
		for _, ticket := range hanging {
			switch err := ticket.MaySend("password"); {
			case err == nil:
				sent++
			case !errors.Is(err, ErrWait):
				t.Error(err)
			}
		}
		if sent != 1 {
			t.Errorf("%d passwords are on their way, want 1", sent)
		}
		for _, ticket := range hanging {
			ticket.Close(failure.Timeout)
		}
	})
}
