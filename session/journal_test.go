package session

import (
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/dialogue"
)

func TestLogHoldsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := talk(t, Script{Dialogue: dialogue.Dialogue{Exit: "exit", Gates: []dialogue.Gate{{Ask: regexp.MustCompile(`^Password:$`), Answer: "{password}"}}}, Record: true, Commands: Commands("show version")}, func(l *terminalLine) {
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
