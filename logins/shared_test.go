package logins

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// replicas is doors that share a credential. What one tells, the others hear when deliver is called.
type replicas struct {
	doors map[string]*Door
	told  map[string]Shared
}

func newReplicas(identity string, names ...string) *replicas {
	c := &replicas{doors: map[string]*Door{}, told: map[string]Shared{}}
	for _, name := range names {
		d := New(slog.New(slog.DiscardHandler))
		d.Configure(Settings{Most: 64, Credentials: []Credential{{Name: "netops", Identity: secret.New(identity), Password: true}}, Fleet: &Fleet{
			Replicas: len(names), Self: name, Users: map[string][]string{"netops": names},
			Tell: func(all []Shared) { c.told[name] = all[0] },
		}})
		c.doors[name] = d
	}
	return c
}

// deliver passes on what was told, as JSON, until nobody has anything new to tell.
func (c *replicas) deliver(t *testing.T) {
	t.Helper()
	for range 10 {
		for from, s := range c.told {
			text, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			var heard Shared
			if err := json.Unmarshal(text, &heard); err != nil {
				t.Fatal(err)
			}
			for name, d := range c.doors {
				if name != from {
					d.Hear([]Shared{heard})
				}
			}
		}
	}
}

// sweep has each replica poll n devices of its own, in turns, and counts the passwords that devices refuse.
func (c *replicas) sweep(t *testing.T, n int, verdict func(device string) Verdict) (refused int) {
	t.Helper()
	for i := range n {
		for name, d := range c.doors {
			device := fmt.Sprintf("%s-%d", name, i)
			if v := verdict(device); try(t, d, device, v) == Go && v == Refused {
				refused++
			}
			c.deliver(t)
		}
	}
	return refused
}

func (c *replicas) paused() (n int) {
	for _, d := range c.doors {
		if d.States()["netops"].Paused {
			n++
		}
	}
	return n
}

// TestReplicasWithAWrongPassword: three try it no more often than one, all pause it, and together they send one canary an interval. When the password
// is right on the servers, all use it again.
func TestReplicasWithAWrongPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newReplicas("wrong", "a", "b", "c")
		if n := c.sweep(t, 20, func(string) Verdict { return Refused }); n != mostTries || c.paused() != 3 {
			t.Errorf("%d refusals, %d of 3 have paused it; one process pauses it after %d", n, c.paused(), mostTries)
		}
		for range 10 {
			time.Sleep(time.Minute)
			if n := c.sweep(t, 20, func(string) Verdict { return Refused }); n != 1 {
				t.Errorf("%d refusals in an interval, want 1", n)
			}
		}
		time.Sleep(time.Minute)
		c.sweep(t, 20, func(string) Verdict { return Accepted })
		if c.paused() != 0 {
			t.Errorf("%d replicas still pause it", c.paused())
		}
	})
}

// TestReplicasProveAPassword: until a device has accepted the password one replica at a time may try it, also one whose devices do not answer; then all may.
func TestReplicasProveAPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newReplicas("right", "a", "b", "c")
		began := 0
		for _, d := range c.doors {
			if _, decision, _ := d.Enter(Request{Device: "x", Credential: "netops", Interval: time.Minute}, func() {}); decision == Go {
				began++
			}
		}
		if began != 1 {
			t.Errorf("%d replicas may try a password that nobody has accepted", began)
		}
		c = newReplicas("right", "a", "b", "c")
		for range 2 { // a's and b's devices do not answer
			try(t, c.doors["a"], "a-1", NoneSent)
			c.deliver(t)
			try(t, c.doors["b"], "b-1", NoneSent)
			c.deliver(t)
		}
		if got := try(t, c.doors["c"], "c-1", Accepted); got != Go {
			t.Fatalf("c does not get its turn: %v", got)
		}
		c.deliver(t)
		for name, d := range c.doors {
			if got := try(t, d, name+"-2", Accepted); got != Go {
				t.Errorf("%s may not use what a device has accepted: %v", name, got)
			}
		}
	})
}

// TestReplicasWithAChangedPassword: devices of all replicas had accepted it, and then refuse it.
func TestReplicasWithAChangedPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newReplicas("changed", "a", "b", "c")
		for range 3 {
			c.sweep(t, 20, func(string) Verdict { return Accepted })
		}
		time.Sleep(time.Hour)
		if n := c.sweep(t, 20, func(string) Verdict { return Refused }); n != mostStrong || c.paused() != 3 {
			t.Errorf("%d refusals, %d of 3 have paused it; one process pauses it after %d", n, c.paused(), mostStrong)
		}
	})
}

// TestReplicasWithOtherSecrets do not hear each other: what holds for one secret does not for another of the same name.
func TestReplicasWithOtherSecrets(t *testing.T) {
	c, other := newReplicas("wrong", "a", "b"), newReplicas("right", "c", "d")
	c.sweep(t, 10, func(string) Verdict { return Refused })
	other.doors["c"].Hear([]Shared{c.told["a"]})
	if c.paused() != 2 || other.paused() != 0 {
		t.Errorf("%d and %d have paused it", c.paused(), other.paused())
	}
}

// TestReplicasShareTheWindow: together they have as many logins in flight as one process.
func TestReplicasShareTheWindow(t *testing.T) {
	c := newReplicas("right", "a", "b", "c")
	for range 10 {
		c.sweep(t, 10, func(string) Verdict { return Accepted })
	}
	inFlight := 0
	for name, d := range c.doors {
		for i := range 100 {
			if ticket, decision, _ := d.Enter(Request{Device: fmt.Sprint(name, i), Credential: "netops", Interval: time.Minute}, func() {}); decision == Go {
				inFlight++
				defer ticket.Close(failure.Internal)
			}
		}
	}
	if inFlight > 64 || inFlight < 60 {
		t.Errorf("%d logins in flight, want 64 or a little less", inFlight)
	}
}

// TestOtherSecrets: doors tell each other apart by their secrets, once these have been tried or have changed, and what they tell is too short for guessing one.
func TestOtherSecrets(t *testing.T) {
	told := map[string]Shared{}
	configure := func(d *Door, name, identity string) {
		d.Configure(Settings{Most: 64, Credentials: []Credential{{Name: "netops", Identity: secret.New(identity), Password: true}}, Fleet: &Fleet{
			Replicas: 2, Self: name, Users: map[string][]string{"netops": {"a", "b"}}, Tell: func(all []Shared) { told[name] = all[0] },
		}})
	}
	a, b := New(slog.New(slog.DiscardHandler)), New(slog.New(slog.DiscardHandler))
	agree := func() bool { return a.Hear([]Shared{told["b"]}) && b.Hear([]Shared{told["a"]}) }
	configure(a, "a", "one")
	configure(b, "b", "other")
	if try(t, a, "a-1", Accepted); told["a"].State != stateProven || agree() {
		t.Errorf("other secrets are not told apart: %+v", told)
	}
	if n := len(told["a"].Secret); n != 2*fingerprintBytes {
		t.Errorf("the fingerprint is of %d digits", n)
	}
	configure(b, "b", "one")
	if !agree() {
		t.Errorf("the same secrets are told apart after a reload: %+v", told)
	}
	configure(a, "a", "three")
	configure(b, "b", "three")
	if !agree() {
		t.Errorf("the same secrets are told apart after both have changed: %+v", told)
	}
}
