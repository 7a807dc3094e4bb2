package session

import (
	"regexp"
	"testing"
	"testing/synctest"

	"github.com/netver/netver_exporter/dialogue"
)

// TestContext keeps the line above the prompt apart from the answer: it names the member of a cluster that answers.
func TestContext(t *testing.T) {
	script := Script{
		Dialogue: dialogue.Dialogue{Context: []*regexp.Regexp{regexp.MustCompile(`^\{[^{}\n]+\}$`)}},
		Commands: Commands("show version"),
	}
	synctest.Test(t, func(t *testing.T) {
		_, ticket := openDoor(t, "")
		got, err := talkAs(t, netops(), ticket, script, func(l *terminalLine) {
			l.print("{primary:node1}\r\nlab#")
			l.serve("show version", "node1:\r\nVersion 1\r\n\r\n{primary:node1}\r\nlab#")
			l.expectNothing()
		})
		if err != nil || got.Context != "{primary:node1}" || len(got.Answers) != 1 || got.Answers[0].Text != "node1:\nVersion 1" {
			t.Errorf("context %q, answers %q; %v", got.Context, got.Answers, err)
		}
	})
}
