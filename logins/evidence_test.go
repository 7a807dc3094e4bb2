package logins

import (
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

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

// TestAcceptedWithoutASession has devices whose SSH servers accept every password, and of which no session comes: that the
// password was wrong may be the reason, and is no acceptance. A channel that is not free says nothing of the password.
func TestAcceptedWithoutASession(t *testing.T) {
	d := newDoor(64)
	unopened := func(device string, reason failure.Reason) {
		t.Helper()
		ticket, _, _ := d.Enter(Request{Device: device, Credential: "netops", Interval: time.Hour}, nil)
		if err := ticket.MaySend("password"); err != nil {
			t.Fatal(err)
		}
		ticket.Tell(Accepted)
		ticket.Close(reason)
	}
	for i, reason := range []failure.Reason{failure.Session, failure.Prompt, failure.Timeout, failure.Auth, failure.Disconnect, failure.Disconnect} {
		if s := d.States()["netops"]; s.Allowed != 1 {
			t.Errorf("before %s: %d logins allowed, want 1", reason, s.Allowed)
		}
		unopened(fmt.Sprint(i), reason)
	}
	if s := d.States()["netops"]; !s.Paused {
		t.Errorf("after four tries: %+v, want a pause", s)
	}

	d = newDoor(64)
	for i := range 8 {
		try(t, d, fmt.Sprint(i), Accepted)
	}
	for i, reason := range []failure.Reason{failure.Session, failure.Timeout, failure.Prompt, failure.Session} {
		unopened(fmt.Sprint(i), reason)
	}
	if s := d.States()["netops"]; s.Allowed != 64 {
		t.Errorf("a secret that was accepted, after sessions that were not free: %+v", s)
	}
	for i, reason := range []failure.Reason{failure.Auth, failure.Disconnect, failure.Disconnect} {
		unopened(fmt.Sprint(i+4), reason)
	}
	if s := d.States()["netops"]; !s.Paused {
		t.Errorf("a secret that was accepted, after three devices that had accepted it let nobody in: %+v, want a pause", s)
	}
}

// TestAcceptedByChance has one device accept a password that all others refuse by either method: each of them costs one attempt, but
// for the first, until the password is paused.
func TestAcceptedByChance(t *testing.T) {
	d := newDoor(64)
	try(t, d, "takes everything", Accepted)
	attempts := 0
	for i := range 100 {
		ticket, decision, _ := d.Enter(Request{Device: fmt.Sprint(i), Credential: "netops", Interval: time.Hour}, func() {})
		if decision != Go {
			continue
		}
		for _, method := range []string{"password", "keyboard-interactive"} {
			if ticket.MaySend(method) == nil {
				attempts++
				ticket.Tell(Refused)
			}
		}
		ticket.Close(failure.Auth)
	}
	if most := mostInARow + 4; !d.States()["netops"].Paused || attempts > most {
		t.Errorf("%d attempts until %+v, want at most %d", attempts, d.States()["netops"], most)
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
	if s := d.States()["three"]; s.Tries != mostTries || !s.Next.After(time.Now()) {
		t.Errorf("paused after %d refusals, tried again at %v", s.Tries, s.Next)
	}
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

// TestHangingDevicesPauseNobody has devices that accepted the secret hang after it was sent, all at once, while others accept it.
func TestHangingDevicesPauseNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(64)
		const hanging = 10
		names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "others"}
		for _, device := range names {
			try(t, d, device, Accepted)
		}
		var tickets []*Ticket
		for _, device := range names[:hanging] {
			ticket, decision, _ := d.Enter(Request{Device: device, Credential: "netops", Interval: time.Minute}, nil)
			if decision != Go {
				t.Fatalf("%s: %v", device, decision)
			}
			if err := ticket.MaySend("password"); err != nil {
				t.Fatal(err)
			}
			tickets = append(tickets, ticket)
		}
		try(t, d, "others", Accepted)
		for _, ticket := range tickets {
			ticket.Close(failure.Timeout)
		}
		if s := d.States()["netops"]; s.Paused || s.Allowed != 64 {
			t.Errorf("%+v", s)
		}
	})
}
