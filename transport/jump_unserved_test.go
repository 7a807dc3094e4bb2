package transport

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// TestJumpHostThatLetsEverybodyIn takes every password and ends the connection where it should forward: the password was perhaps
// wrong, so the jump host is left alone, and not asked again for each device behind it.
func TestJumpHostThatLetsEverybodyIn(t *testing.T) {
	bastion := startGatekeeper(t, func(g *gatekeeper) {
		g.config.PasswordCallback = func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, nil }
		g.leaves = true
	})
	r := newRoute(t, guard(t, "swordfish").address, 0, bastion)
	for i := range 20 {
		ticket, decision, _ := r.door.Enter(logins.Request{Device: fmt.Sprint("sw-", i), Credential: "netops", Interval: time.Hour}, func() {})
		if decision != logins.Go {
			t.Fatalf("decision %v", decision)
		}
		target := r.target
		target.Ticket = ticket
		_, err := r.client.Login(t.Context(), target, "", func(string, time.Time) {})
		ticket.Close(failure.Of(err))
		wantReason(t, err, failure.Jump)
	}
	if got := bastion.seen(); len(got) != 1 {
		t.Errorf("%d logins at a jump host of which nothing is known: %s", len(got), strings.Join(got, ", "))
	}
	if s := r.door.States()["bastions"]; s.Logins[logins.Accepted] > 0 && s.Allowed > 1 {
		t.Errorf("the password counts as accepted: %+v", s)
	}
}

// TestDoorAndJumpHost has a jump host's login count as accepted once something goes through it, also if the device cannot be reached.
func TestDoorAndJumpHost(t *testing.T) {
	for name, device := range map[string]string{"reached": guard(t, "another").address, "not reached": "127.0.0.1:1"} {
		r := newRoute(t, device, 0, guard(t, "swordfish"))
		if err := r.poll(t, "sw-1", 0); err == nil {
			t.Fatal("no error")
		}
		if s := r.door.States()["bastions"]; s.Allowed < 2 {
			t.Errorf("%s: %+v, want the jump host's acceptance to count", name, s)
		}
	}
}
