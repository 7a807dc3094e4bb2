package transport

import (
	"log/slog"
	"testing"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
)

// TestUnsentAnswers has a server ask for the password and, in the same round, for what there is no answer to. Then nothing is sent,
// which says nothing of the password.
func TestUnsentAnswers(t *testing.T) {
	g := startGatekeeper(t, func(g *gatekeeper) {
		g.config.KeyboardInteractiveCallback = asks([]string{"Password: ", "Verification code: "}, []string{"swordfish", "123456"})
	})
	door := logins.New(slog.New(slog.DiscardHandler))
	door.Configure(logins.Settings{Most: 8, Credentials: []logins.Credential{{Name: "netops", Password: true}}})
	for range 10 { // more than the tries of a wrong password
		err := g.poll(t, newInsecure(t), &Credential{Username: "netops", Password: secret.New("swordfish")}, door)
		wantReason(t, err, failure.Auth)
		door.Forget("sw-1") // which would be left alone for a while
	}
	if s := door.States()["netops"]; s.Paused || s.Logins[logins.NoneSent] != 10 {
		t.Errorf("%+v, want no password sent", s)
	}
}
