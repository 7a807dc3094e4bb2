package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
)

// A host whose shell is the login shell is asked through it, with what its own shell tells, too; a device whose command line
// is the login shell is not asked for that. The next session knows at once.
func TestCommandLineBehindAHost(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lacks Lacks
		host  bool // the login shell is the host's
		cli   bool // it has the command line
		typed []string
		want  []Answer
		fails failure.Reason
	}{
		{"the login shell", Lacks{}, false, true, []string{"show version", "show boot"}, []Answer{{"show version", "cli: show version"}, {"show boot", "cli: show boot"}}, ""},
		{"behind a host", Lacks{}, true, true, []string{"show version", "vtysh -c 'show version'", "uptime", "vtysh -c 'show boot'"},
			[]Answer{{"show version", "cli: show version"}, {"uptime", "up 3 days"}, {"show boot", "cli: show boot"}}, ""},
		{"known to be behind a host", Lacks{CLI: true}, true, true, []string{"vtysh -c 'show version'", "uptime", "vtysh -c 'show boot'"},
			[]Answer{{"show version", "cli: show version"}, {"uptime", "up 3 days"}, {"show boot", "cli: show boot"}}, ""},
		{"no command line at all", Lacks{}, true, false, []string{"show version", "vtysh -c 'show version'"}, nil, failure.Command},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var typed []string
			s := &server{admit: func(*serverLink) bool { return true }}
			s.answer = func(ch ssh.Channel, command string) bool {
				typed = append(typed, command)
				inner, through := strings.CutPrefix(command, "vtysh -c '")
				out := "cli: " + strings.TrimSuffix(inner, "'")
				switch {
				case tt.host && command == "uptime":
					out = "up 3 days"
				case tt.host && (!through || !tt.cli):
					out = "bash: line 1: " + strings.Fields(command)[0] + ": command not found"
				}
				_, _ = ch.Write([]byte(out + "\n"))
				return false
			}
			client := startServer(t, s)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			transcript, err := Run(ctx, client, s.target(), Script{
				Dialogue: dialogue.Dialogue{Mode: dialogue.Exec, Via: "vtysh -c '{command}'"}, Lacks: tt.lacks,
				Commands: []Command{{Run: "show version"}, {Run: "uptime", Optional: true, Host: true}, {Run: "show boot", Optional: true}},
			})
			if diff := cmp.Diff(tt.typed, typed); diff != "" {
				t.Errorf("typed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, transcript.Answers); diff != "" || failure.Of(err) != tt.fails {
				t.Errorf("%v; answers (-want +got):\n%s", err, diff)
			}
			if transcript.Lacks.CLI != tt.host {
				t.Errorf("%+v", transcript.Lacks)
			}
		})
	}
}
