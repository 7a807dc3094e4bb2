package pages

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/netver/netver_exporter/poll"
)

// session is that of the latest poll, which failed.
type session struct {
	At    string
	Cut   bool
	Lines []sessionLine
	Stop  string
}

type sessionLine struct {
	At, Arrow, Text string
	Sent            bool
}

// visible shows characters that command a terminal as what they are: "\x1b[H".
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\t' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return b.String()
}

func newSession(s *poll.Status, failed *poll.Session) *session {
	if failed == nil || len(failed.Pieces) == 0 {
		return nil
	}
	made := &session{At: clock(s.LastPoll), Cut: failed.Cut, Stop: "Stopped here: " + s.Err}
	for _, l := range failed.Lines() {
		line := sessionLine{At: fmt.Sprintf("%.3f", l.At.Seconds()), Arrow: "<", Text: visible(l.Text), Sent: l.Sent}
		if l.Sent {
			line.Arrow = ">"
		}
		made.Lines = append(made.Lines, line)
	}
	return made
}
