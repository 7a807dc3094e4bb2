package session

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/dialogue"
)

// Exec requests that stop at a pager or a prompt, or print nothing, do not serve. A shell does.
func TestExecThatDoesNotServe(t *testing.T) {
	for name, tt := range map[string]struct {
		prints string
		hangs  bool
		lacks  Lacks
	}{
		"a pager":                   {"Version 1\n--More--", true, Lacks{Exec: true}},
		"a pager of the platform":   {"Version 1\n<go on>", true, Lacks{Exec: true}},
		"a prompt":                  {"Welcome\nlab#", true, Lacks{Exec: true}},
		"the answer, then a prompt": {"Version 1\nlab#", true, Lacks{Exec: true}},
		"nothing":                   {"", false, Lacks{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &server{admit: func(*serverLink) bool { return true }, shell: serveShell, answer: func(ch ssh.Channel, _ string) bool {
				_, _ = ch.Write([]byte(tt.prints))
				return tt.hangs
			}}
			script := Script{
				Dialogue: dialogue.Dialogue{
					Mode: dialogue.Exec, Prompt: []*regexp.Regexp{regexp.MustCompile(`^lab#$`)}, Pager: []dialogue.Gate{{Ask: regexp.MustCompile(`^<go on>$`), Answer: " ", Raw: true}},
				},
				Commands: Commands("show version"),
			}
			got, err := Run(t.Context(), startServer(t, s), s.target(), script)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Answer{{"show version", "by the shell"}}, got.Answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if got.Lacks != tt.lacks {
				t.Errorf("lacks %+v, want %+v", got.Lacks, tt.lacks)
			}
		})
	}
}
