package transport

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

func TestAuthenticationMethods(t *testing.T) {
	credential := &Credential{
		Username: "netops", Password: secret.New("swordfish"),
		Answers: []Answer{{Ask: regexp.MustCompile("^Token"), Text: secret.New("123456")}},
	}
	for _, tt := range []struct {
		name   string
		server func(*gatekeeper)
		polls  [][]string     // what is tried at each of them, with a credential that another device has accepted
		first  []string       // what is tried with one that nobody has accepted yet; nil: as at the first poll
		reason failure.Reason // of the last
		says   string
	}{
		{
			name:   "password",
			server: func(g *gatekeeper) { g.config.PasswordCallback = takesPassword("swordfish") },
			polls:  [][]string{{"password yes"}, {"password yes"}},
		},
		{
			name: "keyboard-interactive only",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: "}, []string{"swordfish"})
			},
			polls: [][]string{{"keyboard-interactive yes"}},
		},
		{
			name: "both offered, keyboard-interactive taken",
			server: func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("another")
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: "}, []string{"swordfish"})
			},
			polls: [][]string{{"password no", "keyboard-interactive yes"}, {"keyboard-interactive yes"}},
			first: []string{"password no"},
		},
		{
			name: "both offered, both refused: from then on one is tried, each in turn",
			server: func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("another")
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: "}, []string{"another"})
			},
			polls:  [][]string{{"password no", "keyboard-interactive no"}, {"password no"}, {"keyboard-interactive no"}, {"password no"}},
			first:  []string{"password no"},
			reason: failure.Auth, says: `password refused for user "netops"`,
		},
		{
			name: "both offered, both refused, and keyboard-interactive asks again",
			server: func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("another")
				g.config.KeyboardInteractiveCallback = asksForEver
			},
			polls:  [][]string{{"password no", "keyboard-interactive no"}, {"password no"}, {"keyboard-interactive no"}},
			first:  []string{"password no"},
			reason: failure.Auth, says: "password refused by keyboard-interactive",
		},
		{
			name: "user name, password and consent",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks(
					[]string{"!Username: ", "Password: ", "!Do you accept and acknowledge the statement above ? (yes/no) : "},
					[]string{"netops", "swordfish", "yes"})
			},
			polls: [][]string{{"keyboard-interactive yes"}},
		},
		{
			name: "a question without an answer",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"!Favourite colour? "}, []string{"blue"})
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: `the server asks "Favourite colour?", which has no answer`,
		},
		{
			name: "a code is asked, not the password",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Verification code: "}, []string{"123456"})
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: `the server asks "Verification code:", which has no answer`,
		},
		{
			name: "the password is asked in clear",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"!Password: "}, []string{"swordfish"})
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: `the server asks "Password:", which has no answer`,
		},
		{
			name: "a hidden question without the word",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Enter: "}, []string{"swordfish"})
			},
			polls: [][]string{{"keyboard-interactive yes"}},
		},
		{
			name: "a second hidden question without the word",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: ", "Mother's maiden name: "}, []string{"swordfish", "swordfish"})
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: `the server asks "Mother's maiden name:"`,
		},
		{
			name: "a hidden question for something else",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Name of your first router: "}, []string{"swordfish"})
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: `the server asks "Name of your first router:"`,
		},
		{
			name: "a hidden question for the user name",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Username: ", "Password: "}, []string{"netops", "swordfish"})
			},
			polls: [][]string{{"keyboard-interactive yes"}},
		},
		{
			name: "many questions for passwords",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks(slices.Repeat([]string{"Password: "}, 1000), slices.Repeat([]string{"swordfish"}, 1000))
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: `the server asks "Password:", which has no answer`,
		},
		{
			name: "a code that the credential answers",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: ", "Token: "}, []string{"swordfish", "123456"})
			},
			polls: [][]string{{"keyboard-interactive yes"}},
		},
		{
			name: "password expired",
			server: func(g *gatekeeper) {
				g.config.KeyboardInteractiveCallback = asks([]string{"New password: "}, []string{"another"})
			},
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: "the password has expired",
		},
		{
			name:   "asked again and again",
			server: func(g *gatekeeper) { g.config.KeyboardInteractiveCallback = asksForEver },
			polls:  [][]string{{"keyboard-interactive no"}},
			reason: failure.Auth, says: "password refused",
		},
		{
			name: "keys only",
			server: func(g *gatekeeper) {
				g.config.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, errNo }
			},
			polls:  [][]string{nil},
			reason: failure.Auth, says: "the server takes only publickey",
		},
		{
			name: "one attempt allowed",
			server: func(g *gatekeeper) {
				g.config.MaxAuthTries = 1
				g.config.PasswordCallback = takesPassword("another")
			},
			polls:  [][]string{{"password no"}},
			reason: failure.Auth,
		},
		{
			name: "two steps",
			server: func(g *gatekeeper) {
				g.config.PasswordCallback = func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
					return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{
						KeyboardInteractiveCallback: asks([]string{"Password: "}, []string{"swordfish"}),
					}}
				}
			},
			polls: [][]string{{"password no", "keyboard-interactive yes"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := startGatekeeper(t, tt.server)
			client := newInsecure(t)
			first := tt.first
			if first == nil {
				first = tt.polls[0]
			}
			_ = g.poll(t, client, credential, newTestDoor(t, false))
			if diff := cmp.Diff(first, g.seen()); diff != "" {
				t.Errorf("with a credential that nobody has accepted: tried (-want +got):\n%s", diff)
			}
			door := newTestDoor(t, true)
			var err error
			for i, want := range tt.polls {
				err = g.poll(t, client, credential, door)
				if diff := cmp.Diff(want, g.seen()); diff != "" {
					t.Errorf("poll %d: tried (-want +got):\n%s", i+1, diff)
				}
			}
			if tt.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantReason(t, err, tt.reason)
			if !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "swordfish") {
				t.Errorf("error %q, want it to say %q and no secret", err, tt.says)
			}
		})
	}
}

func asksForEver(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
	for {
		if _, err := ask("", "", []string{"Password: "}, []bool{false}); err != nil {
			return nil, errNo
		}
	}
}

// What was learned of a server must not keep us out once it has changed.
func TestAuthenticationAfterAChange(t *testing.T) {
	credential := &Credential{Username: "netops", Password: secret.New("swordfish")}
	byQuestionOnly := func(g *gatekeeper) {
		g.config.PasswordCallback = takesPassword("another")
		g.config.KeyboardInteractiveCallback = asks([]string{"Password: "}, []string{"swordfish"})
	}
	for _, tt := range []struct {
		name          string
		before, after func(*gatekeeper)
		polls         int // before the change
		then          [][]string
	}{
		{
			name: "the password has been put right, and only keyboard-interactive takes it",
			before: func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("another")
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: "}, []string{"another"})
			},
			polls: 1, after: byQuestionOnly,
			then: [][]string{{"password no"}, {"keyboard-interactive yes"}, {"keyboard-interactive yes"}},
		},
		{
			name:   "keyboard-interactive is gone",
			before: byQuestionOnly,
			polls:  2,
			after: func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("swordfish")
				g.config.KeyboardInteractiveCallback = nil
			},
			then: [][]string{{"password yes"}},
		},
		{
			name:   "the password method takes it now",
			before: byQuestionOnly,
			polls:  2,
			after: func(g *gatekeeper) {
				g.config.PasswordCallback = takesPassword("swordfish")
				g.config.KeyboardInteractiveCallback = asks([]string{"Password: "}, []string{"another"})
			},
			then: [][]string{{"keyboard-interactive no"}, {"password yes"}, {"password yes"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := startGatekeeper(t, tt.before)
			client, door := newInsecure(t), newTestDoor(t, true)
			for range tt.polls {
				_ = g.poll(t, client, credential, door) // what it is like before the change is TestAuthenticationMethods' matter
				g.seen()
			}
			g.change(tt.after)
			var tried [][]string
			for range tt.then {
				_ = g.poll(t, client, credential, door)
				tried = append(tried, g.seen())
			}
			if diff := cmp.Diff(tt.then, tried); diff != "" {
				t.Errorf("tried after the change (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClosedDuringAuthentication(t *testing.T) {
	g := startGatekeeper(t, func(g *gatekeeper) {
		g.hangsUp = true
		g.config.PasswordCallback = takesPassword("another")
	})
	err := g.poll(t, newInsecure(t), &Credential{Username: "netops", Password: secret.New("swordfish")}, nil)
	wantReason(t, err, failure.Auth)
}
