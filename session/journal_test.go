package session

import (
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

func TestLogKeepsTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		log  func(*journal)
		want []string
		cut  bool
	}{
		{"all of it", func(j *journal) {
			j.sent("show ip")
			j.received([]byte("10.0.0.1"))
		}, []string{"show ip", "10.0.0.1"}, false},
		{"events that are too many", func(j *journal) {
			for range 3 {
				j.sent("show version") // 12 bytes
			}
		}, []string{"sion", "show version"}, true},
		{"one that is too long", func(j *journal) { j.received([]byte("0123456789abcdefghij")) }, []string{"456789abcdefghij"}, true},
		{"a secret before the end", func(j *journal) {
			j.received([]byte("swordfish 1\nsword"))
			j.received([]byte("fish is cut between lines\n"))
			j.received([]byte("the end"))
		}, []string{"the end"}, true},
		{"a line without end", func(j *journal) {
			for range 100 {
				j.received([]byte("swordfish"))
			}
			j.received([]byte("\nend"))
		}, []string{"\nend"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			credential, err := transport.NewCredential(transport.Login{Username: "netops", Password: secret.New("swordfish")})
			if err != nil {
				t.Fatal(err)
			}
			j := newJournal(credential, 16)
			tt.log(&j)
			transcript := j.take()
			var got []string
			for _, e := range transcript.Log {
				got = append(got, e.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || transcript.Cut != tt.cut {
				t.Errorf("cut %v; log (-want +got):\n%s", transcript.Cut, diff)
			}
		})
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := talk(t, Script{Dialogue: dialogue.Dialogue{Exit: "exit", Gates: []dialogue.Gate{{Ask: regexp.MustCompile(`^Password:$`), Answer: "{password}"}}}, Record: 1 << 20, Commands: Commands("show version")}, func(l *terminalLine) {
			l.print("Password:")
			l.expect("swordfish\n")
			l.print("sword") // it echoes, and in pieces
			l.print("fish\r\nlab#")
			l.serve("show version", "enable secret opensesame\r\nlab#")
			l.expect("exit\n")
		})
		if err != nil {
			t.Fatal(err)
		}
		var log []string
		for _, e := range got.Log {
			mark := "<"
			if e.Sent {
				mark = ">"
			}
			log = append(log, mark+e.Text)
		}
		want := []string{
			"<Password:", ">{password}", "<<redacted>\r\nlab#", ">show version",
			"<show version\r\nenable secret <redacted>\r\nlab#", ">exit",
		}
		if diff := cmp.Diff(want, log); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}
