package pages

import (
	"fmt"

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

func newSession(s *poll.Status, failed *poll.Session) *session {
	if failed == nil || len(failed.Pieces) == 0 {
		return nil
	}
	made := &session{At: clock(s.LastPoll), Cut: failed.Cut, Stop: "Stopped here: " + s.Err}
	for _, l := range failed.Lines() {
		line := sessionLine{At: fmt.Sprintf("%.3f", l.At.Seconds()), Arrow: "<", Text: l.Text, Sent: l.Sent}
		if l.Sent {
			line.Arrow = ">"
		}
		made.Lines = append(made.Lines, line)
	}
	return made
}
