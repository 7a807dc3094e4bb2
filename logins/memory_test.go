package logins

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// TestMemory carries a door over a restart.
func TestMemory(t *testing.T) {
	for _, tc := range []struct {
		identity string
		known    bool
	}{{"netops swordfish", true}, {"netops another", false}} {
		old := newDoor(64)
		try(t, old, "a", Accepted)
		try(t, old, "b", Accepted)
		try(t, old, "b", Refused)
		try(t, old, "c", Refused)
		d := New(slog.New(slog.DiscardHandler))
		d.Configure(Settings{Most: 64, Credentials: []Credential{{Name: "netops", Identity: secret.New(tc.identity), Password: true}}})
		d.Recall(old.Credentials(), map[string][]DeviceMemory{"a": old.Device("a"), "b": old.Device("b"), "c": old.Device("c")})
		if a := d.credentials["netops"].account; a.proven != tc.known || a.strong["b"] != tc.known || a.window != 1 {
			t.Errorf("%s: %+v", tc.identity, a)
		}
		ticket, _, _ := d.Enter(Request{Device: "a", Credential: "netops"}, nil)
		if got := ticket.Method(); (got == "password") != tc.known {
			t.Errorf("%s: method %q", tc.identity, got)
		}
		ticket.Close(failure.Internal)
		if got := try(t, d, "c", Accepted); (got == BackOff) != tc.known {
			t.Errorf("%s: the device that refused: %v", tc.identity, got)
		}
	}
	far := CredentialMemory{Name: "netops", Salt: []byte("s"), Paused: true, Next: time.Now().Add(1000 * time.Hour)}
	far.Iterations = 1
	far.Digest = digest(secret.New("netops swordfish"), far.Salt, far.Iterations)
	d := newDoor(64)
	d.Recall([]CredentialMemory{far}, nil)
	if until := d.credentials["netops"].account.next; time.Until(until) > longestBackOff {
		t.Errorf("after a clock that was set back the next canary is at %v", until)
	}
}

// A program with many credentials starts and ends as soon as one with few.
func TestDigestsShareTheirTime(t *testing.T) {
	const number = 300
	settings := Settings{Most: 64}
	for n := range number {
		name := fmt.Sprint(n)
		settings.Credentials = append(settings.Credentials, Credential{Name: name, Identity: secret.New(name), Password: true})
	}
	old, d := New(slog.New(slog.DiscardHandler)), New(slog.New(slog.DiscardHandler))
	old.Configure(settings)
	d.Configure(settings)
	memories, all := old.Credentials(), 0
	for i := range memories {
		all += memories[i].Iterations
		memories[i].Proven = true
	}
	if all > allIterations {
		t.Errorf("%d iterations for %d credentials, want at most %d", all, number, allIterations)
	}
	d.Recall(memories, nil)
	for name, c := range d.credentials {
		if !c.account.proven {
			t.Errorf("%s was not known again", name)
		}
	}
}
