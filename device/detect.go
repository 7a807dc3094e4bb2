package device

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/session"
)

// Finding is what detection found of a device, and from what.
type Finding struct {
	Mark       parser.Mark // zero after an error
	Transcript session.Transcript
}

// Detector is a poll.Poller that finds out platforms instead of asking for facts.
type Detector struct {
	*Poller
	Observe func(*inventory.Device, Finding, error) // told of each device, from its worker
}

// Poll finds out the platform of one device, whatever the inventory says.
func (p *Detector) Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) poll.Outcome {
	found, err := p.Detect(ctx, d, ticket)
	p.Observe(d, found, err)
	return poll.Outcome{Platform: found.Mark.Platform, Err: err}
}

// Detect finds out a device's platform in one login: from the prompt and the server's version line it takes what to
// ask, and types harmless commands until one answer proves a single platform. An answer that fits several proves none.
func (p *Poller) Detect(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) (Finding, error) {
	var f Finding
	target, err := p.target(d, ticket)
	if err != nil {
		return f, err
	}
	conn, opening, err := session.Open(ctx, p.config.Client, target, p.unknown())
	if err != nil {
		f.Transcript = opening
		return f, err
	}
	defer conn.Close(ctx)
	if f.Transcript, err = conn.Ask(ctx); err != nil {
		return f, err
	}
	var typed []string
	for _, probe := range p.config.Platforms.Probes(f.Transcript.Server, f.Transcript.Prompt) {
		t, err := conn.Ask(ctx, session.Command{Run: probe.Command})
		f.Transcript.Answers = append(f.Transcript.Answers, t.Answers...)
		f.Transcript.Phases = append(f.Transcript.Phases, t.Phases...)
		f.Transcript.Log = append(f.Transcript.Log, t.Log...)
		f.Transcript.Cut = f.Transcript.Cut || t.Cut
		if err != nil {
			return f, err
		}
		typed = append(typed, probe.Command)
		marks := probe.Marks(t.Answers[0].Text)
		if len(marks) > 1 {
			return f, undetected("the answer to %q fits %s and %s", probe.Command, marks[0].Platform.ID, marks[1].Platform.ID)
		}
		if len(marks) == 1 {
			f.Mark = marks[0]
			f.Mark.Line = target.Credential.Redactor().Text(f.Mark.Line)
			return f, nil
		}
	}
	if typed == nil {
		return f, undetected("no platform has such a prompt: %q", f.Transcript.Prompt)
	}
	return f, undetected("no answer has a platform's mark; typed: %s", strings.Join(typed, ", "))
}

func undetected(format string, args ...any) error {
	return &failure.Error{Reason: failure.Parse, Doing: "find out the platform", Err: fmt.Errorf(format+"; name the platform in the inventory", args...)}
}

var answersQuestion = regexp.MustCompile(`^(?i:\{\w+\}|y|yes|n|no|a|\d| |\x19|)$`)

// unknownScript is ready for every prompt of the platforms, and types what a terminal's Enter key sends, which all of
// them take. Of the answers to their questions it leaves out those that are commands.
func unknownScript(platforms *parser.Registry, record int) session.Script {
	s := session.Script{Dialogue: dialogue.Dialogue{Mode: dialogue.Shell, Enter: "\r"}, Record: record}
	for _, p := range platforms.All() {
		s.Prompt = append(s.Prompt, p.Session.Prompt...)
		s.Context = append(s.Context, p.Session.Context...)
		for _, g := range p.Session.Gates {
			if answersQuestion.MatchString(g.Answer) {
				s.Gates = append(s.Gates, g)
			}
		}
		s.Pager = append(s.Pager, p.Session.Pager...)
	}
	return s
}
