package transport

import (
	"fmt"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

// TestJumpHostLostDuringALogin loses the jump host while devices behind it, which have all accepted the password before, have it
// checked. That they do not answer any more is not their doing, and says nothing of the password.
func TestJumpHostLostDuringALogin(t *testing.T) {
	const devices = 5
	asked, answer := make(chan struct{}), make(chan struct{})
	close(answer)
	device := startGatekeeper(t, func(g *gatekeeper) {
		g.config.PasswordCallback = func(c ssh.ConnMetadata, got []byte) (*ssh.Permissions, error) {
			select {
			case <-answer:
			default:
				asked <- struct{}{}
				<-answer
			}
			return takesPassword("swordfish")(c, got)
		}
	})
	r := newRoute(t, device.address, 0, guard(t, "swordfish"))
	for i := range devices {
		if err := r.poll(t, fmt.Sprint("sw-", i), 0); err != nil {
			t.Fatal(err)
		}
	}
	answer = make(chan struct{})
	outcomes := make(chan error)
	for i := range devices {
		go func() { outcomes <- r.poll(t, fmt.Sprint("sw-", i), 0) }()
	}
	for range devices {
		<-asked
	}
	r.client.jumps["bastion1"].link.Close()
	for range devices {
		wantReason(t, <-outcomes, failure.Jump)
	}
	close(answer)
	if s := r.door.States()["netops"]; s.Paused || s.Allowed < devices {
		t.Errorf("after the jump host was lost: %+v", s)
	}
	for i := range devices {
		if err := r.poll(t, fmt.Sprint("sw-", i), 0); err != nil {
			t.Error(err)
		}
	}
}
