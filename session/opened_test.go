package session

import (
	"fmt"
	"io"
	"regexp"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// TestRefusedInsideTheSession has an SSH server that takes every password. Whether it was right the session shows: until there
// is an answer or a prompt the door knows of no acceptance.
func TestRefusedInsideTheSession(t *testing.T) {
	says := func(text string) func(ssh.Channel, string) bool {
		return func(ch ssh.Channel, _ string) bool {
			_, _ = io.WriteString(ch, text)
			return false
		}
	}
	for _, tt := range []struct {
		name    string
		mode    dialogue.Mode
		text    string
		reason  failure.Reason
		verdict logins.Verdict
		allowed int // logins afterwards, of 8; 2: the door takes it for an acceptance
	}{
		{"answer", dialogue.Exec, "Version 1\n", "", logins.Accepted, 2},
		{"refusal", dialogue.Exec, "% Authorization failed.\n", "", logins.Refused, 1},
		{"refusal in a text", dialogue.Exec, "Welcome\nPermission denied, please try again.\n", "", logins.Refused, 1},
		{"nothing", dialogue.Exec, "", "", logins.Accepted, 1},
		{"refusal", dialogue.Shell, "\r\n% Authorization failed.\r\n", failure.Auth, logins.Refused, 1},
		{"refusal in a line that does not end", dialogue.Shell, "Access denied", failure.Auth, logins.Refused, 1},
		{"nothing", dialogue.Shell, "", failure.Session, logins.Unknown, 1},
		{"warning of failed logins", dialogue.Shell, "There were 2 failed login attempts.\r\nlab#", "", logins.Accepted, 2},
	} {
		t.Run(fmt.Sprint(tt.mode, " ", tt.name), func(t *testing.T) {
			s := &server{admit: func(*serverLink) bool { return true }, answer: says(tt.text)}
			if tt.mode == dialogue.Shell {
				s.shell = func(ch ssh.Channel) {
					if says(tt.text)(ch, ""); tt.reason == "" {
						_, _ = io.Copy(io.Discard, ch)
					}
				}
			}
			client := startServer(t, s)
			door, ticket := openDoor(t, "")
			target := s.target()
			target.Ticket = ticket
			script := Script{Dialogue: dialogue.Dialogue{Mode: tt.mode}}
			if tt.mode == dialogue.Shell {
				script.Prompt = []*regexp.Regexp{regexp.MustCompile(`^lab#$`)}
			} else {
				script.Commands = Commands("show version")
			}
			_, err := Run(t.Context(), client, target, script)
			if tt.reason != "" {
				wantReason(t, err, tt.reason)
			} else if err != nil {
				t.Fatal(err)
			}
			if got := door.States()["netops"].Allowed; got != tt.allowed {
				t.Errorf("%d logins allowed, want %d", got, tt.allowed)
			}
			ticket.Close(failure.Of(err))
			if got := door.States()["netops"].Logins; got[tt.verdict] != 1 {
				t.Errorf("logins by verdict: %v, want %v", got, tt.verdict)
			}
		})
	}
}
