package poll

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/sshcli"
)

// SSH is a Poller that asks over SSH and reads the answers as the device's platform says: where sshcli and parser meet.
// Make it with NewSSH.
type SSH struct {
	client      *sshcli.Client
	platforms   *parser.Registry
	credentials map[string]*sshcli.Credential
	scripts     map[string]script // by platform
	sessions    sessions
	unknown     sshcli.Dialogue // with a device of an unknown platform
}

// NewSSH makes a Poller. With record, the transcripts of its outcomes hold a log of the session.
func NewSSH(client *sshcli.Client, platforms *parser.Registry, credentials map[string]*sshcli.Credential, record bool) *SSH {
	p := &SSH{client: client, platforms: platforms, credentials: credentials, scripts: make(map[string]script)}
	for _, platform := range platforms.All() {
		p.scripts[platform.ID] = script{platform: platform, dialogue: dialogue(platform, record)}
	}
	p.unknown = unknownDialogue(platforms, record)
	return p
}

// script is a platform and the way to talk to it, made once.
type script struct {
	platform *parser.Platform
	dialogue sshcli.Dialogue // in the platform's own mode
}

// Poll asks one device.
func (p *SSH) Poll(ctx context.Context, d *inventory.Device) Outcome {
	id := d.Platform
	if id == inventory.Auto {
		id = d.Detected
	}
	if id == "" {
		found, err := p.Detect(ctx, d)
		if err != nil {
			return Outcome{Transcript: found.Transcript, Err: err}
		}
		id = found.Mark.Platform.ID
	}
	o := p.poll(ctx, d, id)
	reason := ReasonOf(o.Err)
	o.Unsure = d.Platform == inventory.Auto && slices.Contains([]sshcli.Reason{Parse, Internal, sshcli.Command, sshcli.Prompt}, reason)
	if o.Unsure {
		p.sessions.drop(ctx, d.Name) // it talks as the platform does
	}
	return o
}

func (p *SSH) poll(ctx context.Context, d *inventory.Device, platform string) Outcome {
	script, ok := p.scripts[platform]
	if !ok {
		return Outcome{Err: fmt.Errorf("platform %q is not known", platform)}
	}
	o := Outcome{Platform: script.platform}
	target, err := p.target(d)
	if err != nil {
		o.Err = err
		return o
	}
	if d.Mode != "" {
		script.dialogue.Mode = sshcli.Mode(d.Mode)
	}
	o.Transcript, o.Err = p.talk(ctx, d, target, script.dialogue)
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

// talk holds one dialogue, over a kept session where the device's group has them.
func (p *SSH) talk(ctx context.Context, d *inventory.Device, t sshcli.Target, script sshcli.Dialogue) (sshcli.Transcript, error) {
	if p.sessions.keep.Groups[d.Group] {
		return p.sessions.talk(ctx, p.client, t, script)
	}
	return p.client.Run(ctx, t, script)
}

func (p *SSH) target(d *inventory.Device) (sshcli.Target, error) {
	credential, ok := p.credentials[d.Credential]
	if !ok {
		return sshcli.Target{}, fmt.Errorf("credential %q is not known", d.Credential)
	}
	return sshcli.Target{Name: d.Name, Address: d.Address, Credential: credential, Legacy: d.Legacy}, nil
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
