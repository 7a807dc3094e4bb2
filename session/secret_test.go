package session

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// openDoor makes a door with one credential, and a ticket of a login that is under way.
func openDoor(t *testing.T, keys string) (*logins.Door, *logins.Ticket) {
	t.Helper()
	door := logins.New(slog.New(slog.DiscardHandler))
	door.Configure(logins.Settings{Most: 8, Credentials: []logins.Credential{
		{Name: "netops", Identity: secret.New("swordfish"), Enable: secret.New("opensesame"), Password: true, Keys: keys},
	}})
	ticket, decision, _ := door.Enter(logins.Request{Device: "lab", Credential: "netops", Interval: time.Minute}, func() {})
	if decision != logins.Go {
		t.Fatalf("decision %v", decision)
	}
	if err := ticket.Login(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	return door, ticket
}

// verdictOf closes the ticket and returns what the door was told of its login.
func verdictOf(door *logins.Door, ticket *logins.Ticket, err error) logins.Verdict {
	ticket.Close(failure.Of(err))
	for verdict, n := range door.States()["netops"].Logins {
		if n > 0 {
			return verdict
		}
	}
	return -1
}

func TestSecretsInTheSession(t *testing.T) {
	inBand := []dialogue.Gate{
		{Ask: regexp.MustCompile(`(?i)^user ?name:$`), Answer: "{username}"},
		{Ask: regexp.MustCompile(`(?i)(?:password|pin|code)[^\n]*:$`), Answer: "{password}"},
	}
	logIn := func(l *terminalLine) {
		l.print("\r\nUser Name:")
		l.expect("netops\n")
		l.print("netops\r\nPassword:")
		l.expect("swordfish\n")
		l.print("\r\n")
	}
	for _, tt := range []struct {
		name    string
		gates   []dialogue.Gate // nil: inBand
		answers []transport.Answer
		device  func(*terminalLine)
		reason  failure.Reason
		verdict logins.Verdict
		says    string
		within  time.Duration // 0: a second
	}{
		{
			name: "accepted", verdict: logins.Accepted,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("lab#")
				l.expect("exit\n")
			},
		},
		{
			name: "a box that asks for Enter", verdict: logins.Accepted, within: 5 * time.Second,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("+--------------------+\r\n| Press <Enter> ...  |\r\n+--------------------+\r\n")
				l.expect("\n")
				l.print("lab#")
				l.expect("exit\n")
			},
		},
		{
			name: "asked again", verdict: logins.Refused, reason: failure.Auth, says: `asks "Password:" again`,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("Password:")
				l.expectNothing()
			},
		},
		{
			name: "asked again in other words", verdict: logins.Refused, reason: failure.Auth, says: "again",
			device: func(l *terminalLine) {
				logIn(l)
				l.print("Password of netops, second try:")
				l.expectNothing()
			},
		},
		{
			name: "asked for the name again", verdict: logins.Refused, reason: failure.Auth, says: `asks "User Name:" again`,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("User Name:")
				l.expectNothing()
			},
		},
		{
			name: "refused in words, and silent", verdict: logins.Refused, reason: failure.Auth, says: "% Authentication failed",
			device: func(l *terminalLine) {
				logIn(l)
				l.print("% Authentication failed\r\n")
				l.expectNothing()
			},
		},
		{
			name: "refused in words without a line end, and closed", verdict: logins.Refused, reason: failure.Auth, says: "Access denied",
			device: func(l *terminalLine) {
				logIn(l)
				l.print("Access denied")
			},
		},
		{
			name: "warning of failed logins", verdict: logins.Accepted,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("There were 2 failed login attempts.\r\nUnauthorized access is denied to everybody else.\r\n\r\nlab#")
				l.expect("exit\n")
			},
		},
		{
			name: "closed", verdict: logins.Unknown, reason: failure.Auth, says: "after the password",
			device: logIn,
		},
		{
			name: "silent to our deadline", verdict: logins.Unknown, reason: failure.Timeout, within: 31 * time.Second,
			device: func(l *terminalLine) {
				logIn(l)
				l.expectNothing()
			},
		},
		{
			name: "accepted after a long time", verdict: logins.Accepted, within: 12 * time.Second,
			device: func(l *terminalLine) {
				logIn(l)
				l.wait(10 * time.Second)
				l.print("lab#")
				l.expect("exit\n")
			},
		},
		{
			name: "banner that goes on", verdict: logins.NoneSent,
			device: func(l *terminalLine) {
				l.print("Nobody will ever ask you for your password:")
				l.wait(100 * time.Millisecond)
				l.print(" keep it.\r\nlab#")
				l.expect("exit\n")
			},
		},
		{
			name: "code", reason: failure.Auth, verdict: logins.NoneSent, says: `asks "Verification code:", which has no answer`, within: 3 * time.Second,
			device: func(l *terminalLine) {
				l.print("Verification code:")
				l.expectNothing()
			},
		},
		{
			name: "PIN after the password", reason: failure.Auth, verdict: logins.Refused, says: `"PIN:"`, within: 3 * time.Second,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("PIN:")
				l.expectNothing()
			},
		},
		{
			name: "password that no gate expects", gates: []dialogue.Gate{}, reason: failure.Prompt, verdict: logins.NoneSent, says: "has no answer", within: 3 * time.Second,
			device: func(l *terminalLine) {
				l.print("Password:")
				l.expectNothing()
			},
		},
		{
			name: "answer to a further question", verdict: logins.Accepted,
			answers: []transport.Answer{{Ask: regexp.MustCompile(`^Token:$`), Text: secret.New("4711")}},
			device: func(l *terminalLine) {
				logIn(l)
				l.print("Token:")
				l.expect("4711\n")
				l.print("\r\nlab#")
				l.expect("exit\n")
			},
		},
		{
			name: "answer refused", verdict: logins.Refused, reason: failure.Auth, says: `asks "Token:" again`,
			answers: []transport.Answer{{Ask: regexp.MustCompile(`^Token:$`), Text: secret.New("4711")}},
			device: func(l *terminalLine) {
				l.print("Token:")
				l.expect("4711\n")
				l.print("\r\nToken:")
				l.expectNothing()
			},
		},
		{
			name: "secret that the device echoes", verdict: logins.Refused, reason: failure.Auth, says: `"% Login invalid: <redacted>"`,
			device: func(l *terminalLine) {
				logIn(l)
				l.print("% Login invalid: swordfish\r\n")
				l.expectNothing()
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				door, ticket := openDoor(t, "")
				credential := netops()
				credential.Answers = tt.answers
				script := Script{Dialogue: dialogue.Dialogue{Gates: tt.gates, Exit: "exit"}}
				if tt.gates == nil {
					script.Gates = inBand
				}
				start := time.Now()
				_, err := talkAs(t, credential, ticket, script, tt.device)
				if within := max(tt.within, time.Second); time.Since(start) > within {
					t.Errorf("took %v, want at most %v", time.Since(start), within)
				}
				if tt.reason != "" {
					wantReason(t, err, tt.reason)
					if !strings.Contains(err.Error(), tt.says) {
						t.Errorf("error %q, want it to say %q", err, tt.says)
					}
				} else if err != nil {
					t.Fatal(err)
				}
				if got := verdictOf(door, ticket, err); got != tt.verdict {
					t.Errorf("verdict %v, want %v", got, tt.verdict)
				}
			})
		})
	}
}

// A credential with a key needs no place in the window until a device asks for its password.
func TestDoorKeepsThePasswordBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		door, ticket := openDoor(t, "a key")
		other, _, _ := door.Enter(logins.Request{Device: "another", Credential: "netops", Interval: time.Minute}, func() {})
		if err := other.MaySend("password"); err != nil { // takes the only place
			t.Fatal(err)
		}
		gates := []dialogue.Gate{{Ask: regexp.MustCompile(`^Password:$`), Answer: "{password}"}}
		_, err := talkAs(t, netops(), ticket, Script{Dialogue: dialogue.Dialogue{Gates: gates}}, func(l *terminalLine) {
			l.print("Password:")
			l.expectNothing()
		})
		if !errors.Is(err, logins.ErrWait) {
			t.Errorf("error %v, want the door's", err)
		}
	})
}

// TestAskedAgainWithoutAQuestionOfThePlatform: SSH servers that let everybody in who gives any password prove nothing, whether the platform
// knows the question in the session or not.
func TestAskedAgainWithoutAQuestionOfThePlatform(t *testing.T) {
	for line, want := range map[string]logins.Verdict{
		"Password:":           logins.Unknown,
		"netops's password: ": logins.Unknown,
		"This device is the property of Example Ltd. Never tell your password:": logins.Accepted,
	} {
		synctest.Test(t, func(t *testing.T) {
			door, ticket := openDoor(t, "")
			if err := ticket.MaySend("password"); err != nil {
				t.Fatal(err)
			}
			ticket.Tell(logins.Accepted)
			_, err := talkOver(t, &transport.Link{TookPassword: true}, netops(), ticket, Script{}, func(l *terminalLine) {
				l.print("\r\n" + line)
				l.expectNothing()
			})
			if reason := failure.Of(err); reason != failure.Prompt {
				t.Fatalf("%q: %v", line, err)
			}
			if got := verdictOf(door, ticket, err); got != want {
				t.Errorf("%q: %v, want %v", line, got, want)
			}
		})
	}
}
