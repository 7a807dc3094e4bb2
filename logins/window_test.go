package logins

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
)

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
	d.Configure(Settings{Most: 8, Credentials: []Credential{{Name: "netops", Password: true, Keys: "a key"}}})
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

// TestPlaceOfAnOpenSession is free when a session was opened without the secret.
func TestPlaceOfAnOpenSession(t *testing.T) {
	d := newDoor(64)
	first, _, _ := d.Enter(Request{Device: "a", Credential: "netops"}, nil)
	first.Confirm()
	if _, decision, _ := d.Enter(Request{Device: "b", Credential: "netops"}, func() {}); decision != Go {
		t.Errorf("decision %v", decision)
	}
	first.Close("")
}
