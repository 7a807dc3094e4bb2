package poll

import (
	"context"
	"errors"
	"fmt"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/sshcli"
)

// Runner holds one dialogue with a device; *sshcli.Client does.
type Runner interface {
	Run(ctx context.Context, t sshcli.Target, d sshcli.Dialogue) (sshcli.Transcript, error)
}

// NewSSH makes a Poller that asks over SSH and reads the answers as the device's platform says. With record, the
// transcripts of its outcomes hold a log of the session.
func NewSSH(r Runner, platforms *parser.Registry, credentials map[string]*sshcli.Credential, record bool) Poller {
	p := &sshPoller{runner: r, credentials: credentials, scripts: make(map[string]script)}
	for _, platform := range platforms.All() {
		p.scripts[platform.ID] = script{platform: platform, dialogue: dialogue(platform, record)}
	}
	return p
}

// sshPoller is where sshcli and parser meet.
type sshPoller struct {
	runner      Runner
	credentials map[string]*sshcli.Credential
	scripts     map[string]script // by platform
}

// script is a platform and the way to talk to it, made once.
type script struct {
	platform *parser.Platform
	dialogue sshcli.Dialogue // in the platform's own mode
}

// Poll asks one device.
func (p *sshPoller) Poll(ctx context.Context, d *inventory.Device) Outcome {
	script, ok := p.scripts[d.Platform]
	if !ok {
		return Outcome{Err: fmt.Errorf("platform %q is not known", d.Platform)}
	}
	o := Outcome{Platform: script.platform}
	credential, ok := p.credentials[d.Credential]
	if !ok {
		o.Err = fmt.Errorf("credential %q is not known", d.Credential)
		return o
	}
	target := sshcli.Target{Name: d.Name, Address: d.Address, Credential: credential, Legacy: d.Legacy}
	if d.Mode != "" {
		script.dialogue.Mode = sshcli.Mode(d.Mode)
	}
	o.Transcript, o.Err = p.runner.Run(ctx, target, script.dialogue)
	if o.Err != nil {
		return o
	}
	reading, err := script.platform.Parse(outputs(o.Transcript))
	o.Matches = reading.Matches
	if err != nil {
		o.Err = unread(err)
		return o
	}
	o.Facts = reading.Facts
	return o
}

func outputs(t sshcli.Transcript) []parser.Output {
	all := make([]parser.Output, len(t.Answers))
	for i, a := range t.Answers {
		all[i] = parser.Output(a)
	}
	return all
}

// unread classifies the error of a parse.
func unread(err error) error {
	if _, ok := errors.AsType[*parser.RefusedError](err); ok {
		return &sshcli.Error{Reason: sshcli.Command, Doing: "ask", Err: err}
	}
	return &sshcli.Error{Reason: Parse, Doing: "read the answers", Err: err}
}

// dialogue puts a platform into sshcli's words.
func dialogue(p *parser.Platform, record bool) sshcli.Dialogue {
	s := p.Session
	d := sshcli.Dialogue{
		Mode: sshcli.Mode(s.Mode), Prompt: s.Prompt, Context: s.Context, Enter: s.Enter, Gates: gates(s.Gates), Setup: s.Setup,
		Pager: gates(s.Pager), Exit: s.Exit, Login: s.Login, Record: record,
	}
	if s.Enable != nil {
		d.Enable = &sshcli.Enable{Command: s.Enable.Command, When: s.Enable.When, Ask: s.Enable.Ask}
	}
	for _, c := range p.Commands {
		if c.Poll {
			d.Commands = append(d.Commands, c.Run)
		}
	}
	return d
}

func gates(from []parser.Gate) []sshcli.Gate {
	to := make([]sshcli.Gate, len(from))
	for i, g := range from {
		to[i] = sshcli.Gate(g)
	}
	return to
}
