package session

import (
	"context"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/transport"
)

// close says goodbye and gives the device the context's time to end the session itself. The word for it is typed at a
// command line only, settled or not, and never as the answer to a question. What the device then asks is answered once: some
// keep the session open until it is.
func (s *shell) close(ctx context.Context) {
	defer s.in.stop()
	defer s.terminal.Close()
	exit := s.script.Exit
	if exit == "" || s.ended || !s.takesCommands(ctx) || s.send(exit+s.script.Enter, exit) != nil {
		return
	}
	answered := ""
	for ctx.Err() == nil && !s.ended {
		if _, err := s.next(ctx, transport.Farewell); err != nil {
			return
		}
		line := s.line()
		if answer := dialogue.Farewell(line); answer != "" && line != answered {
			answered = line
			if s.send(answer+s.script.Enter, answer) != nil {
				return
			}
		}
	}
}

// takesCommands reports whether the device is at its command line. One that has shown nothing yet, as the session has only
// just been opened, is waited for.
func (s *shell) takesCommands(ctx context.Context) bool {
	for s.prompt == "" && s.line() == "" {
		if shown, err := s.next(ctx, transport.Farewell); !shown || err != nil {
			return false
		}
	}
	line := s.line()
	return line != "" && line == s.prompt || (s.prompt != "" || s.atPrompt(line)) && !dialogue.IsQuestion(line)
}
