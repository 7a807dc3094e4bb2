// Package device asks one device: it logs in, holds the platform's dialogue and reads the answers. It keeps sessions from
// poll to poll and finds out platforms. It does not know when to ask.
package device

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/session"
	"github.com/netver/netver_exporter/transport"
)

// Config is what a Poller works with.
type Config struct {
	Client      *transport.Client
	Platforms   *parser.Registry
	Credentials map[string]*transport.Credential // by name, as devices know them
	Algorithms  map[string]transport.Algorithms  // what is offered, by group
	Keep        Keep                             // whose sessions are kept
	TellSSH     bool                             // outcomes say what secured the connection
	Observe     func(Report)                     // told of each poll as it ends, from its worker; nil: nobody asks. Reports then hold a log of the session, and no session is kept
}

// Report is how a poll went.
type Report struct {
	Device     *inventory.Device
	Platform   *parser.Platform // nil: not known
	Transcript session.Transcript
	Matches    []parser.Match
	Took       time.Duration
	Err        error
}

// Poller is a poll.Poller that asks over SSH and reads the answers as the device's platform says. Make it with New.
type Poller struct {
	config  Config
	scripts map[string]func() script // by platform; the first call makes it
	unknown func() session.Script    // with a device of an unknown platform
	lacks   lacks
	kept    *Sessions // nil: no session is kept
}

// New makes a Poller. It connects to nothing yet.
func New(c Config) *Poller {
	p := &Poller{config: c, scripts: map[string]func() script{}}
	record := failedSession
	if c.Observe != nil {
		record = math.MaxInt
	}
	for _, id := range c.Platforms.IDs() {
		p.scripts[id] = sync.OnceValue(func() script {
			platform, _ := c.Platforms.Get(id)
			return newScript(platform, record)
		})
	}
	p.unknown = sync.OnceValue(func() session.Script { return unknownScript(c.Platforms, record) })
	return p
}

// script is a platform and the way to talk to it, made once.
type script struct {
	platform   *parser.Platform
	definition string // of the platform, as text
	session.Script
}

func newScript(p *parser.Platform, record int) script {
	s := script{platform: p, definition: string(p.Definition()), Script: session.Script{Dialogue: p.Session, Record: record}}
	for _, c := range p.Commands {
		if c.Poll {
			s.Commands = append(s.Commands, session.Command{Run: c.Run, Optional: c.Optional, Host: c.Host})
		}
	}
	return s
}

// failedSession is how much of a session is kept for people if the poll fails, in bytes: what was said last.
const failedSession = 6 << 10

// Poll asks one device.
func (p *Poller) Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) poll.Outcome {
	report, start := Report{Device: d}, time.Now()
	o := p.poll(ctx, d, ticket, &report)
	o.Phases = phases(&report.Transcript, o.Err)
	if o.Err != nil {
		o.Session = sessionOf(&report.Transcript)
	}
	if p.config.Observe != nil {
		report.Platform, report.Err, report.Took = o.Platform, o.Err, time.Since(start)
		p.redactAnswers(&report)
		p.config.Observe(report)
	}
	return o
}

// redactAnswers hides what a device echoes of a secret from whoever looks at a report; the parser has read the answers.
func (p *Poller) redactAnswers(r *Report) {
	credential, ok := p.config.Credentials[r.Device.Credential]
	if !ok {
		return
	}
	redact := credential.Redactor()
	for i, a := range r.Transcript.Answers {
		r.Transcript.Answers[i].Text = redact.Text(a.Text)
	}
}

func (p *Poller) poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket, report *Report) poll.Outcome {
	id := platformOf(d)
	if id == "" {
		found, err := p.Detect(ctx, d, ticket)
		report.Transcript = found.Transcript
		if err != nil {
			return poll.Outcome{Err: err}
		}
		id = found.Mark.Platform.ID
	}
	o := p.ask(ctx, d, id, ticket, report)
	reason := failure.Of(o.Err)
	o.Unsure = d.Platform == inventory.Auto && slices.Contains([]failure.Reason{failure.Parse, failure.Internal, failure.Command, failure.Prompt}, reason)
	if o.Err != nil && p.kept != nil {
		p.kept.drop(d.Name) // it talks as another platform does, or refuses what it is asked
	}
	return o
}

// platformOf is the id of the platform as which the device is asked; "": it is to be found.
func platformOf(d *inventory.Device) string {
	if d.Platform == inventory.Auto {
		return d.Detected
	}
	return d.Platform
}

func (p *Poller) ask(ctx context.Context, d *inventory.Device, platform string, ticket *logins.Ticket, report *Report) poll.Outcome {
	scriptOf, ok := p.scripts[platform]
	if !ok {
		return poll.Outcome{Err: fmt.Errorf("platform %q is not known", platform)}
	}
	script := scriptOf()
	o := poll.Outcome{Platform: script.platform}
	target, err := p.target(d, ticket)
	if err != nil {
		o.Err = err
		return o
	}
	if d.Mode != "" {
		script.Mode = dialogue.Mode(d.Mode)
	}
	detection := report.Transcript.Phases
	report.Transcript, o.Err = p.talk(ctx, d, target, script.Script)
	report.Transcript.Phases = slices.Concat(detection, report.Transcript.Phases)
	if o.Err != nil {
		return o
	}
	reading, err := script.platform.Parse(outputs(report.Transcript))
	redact := target.Credential.Redactor()
	for i, m := range reading.Matches {
		reading.Matches[i].Value = redact.Text(m.Value)
	}
	report.Matches = reading.Matches
	if err != nil {
		o.Err = redact.Error(unread(err))
		return o
	}
	o.Facts = withoutSecrets(reading.Facts, redact)
	if s := report.Transcript.Secured; p.config.TellSSH {
		o.SSH = &poll.SSH{KeyExchange: s.KeyExchange, HostKey: s.HostKey, Cipher: s.Cipher, Verified: string(s.Verified)}
	}
	return o
}

// withoutSecrets leaves out the facts in which a device has put one of our secrets. The answers are not redacted before they
// are read: a password that is an everyday word would hide facts.
func withoutSecrets(f parser.Facts, redact *secret.Redactor) parser.Facts {
	texts := []*string{&f.Version, &f.Model, &f.Serial, &f.Hostname, &f.Patch, &f.ReloadReason, &f.NextBoot}
	for i := range f.Members {
		m := &f.Members[i]
		texts = append(texts, &m.Name, &m.Role, &m.Model, &m.Serial, &m.Version)
	}
	for _, fact := range texts {
		if redact.Text(*fact) != *fact {
			*fact = ""
		}
	}
	f.Members = slices.DeleteFunc(f.Members, func(m parser.Member) bool { return m.Name == "" })
	maps.DeleteFunc(f.Gauges, func(_ string, v float64) bool {
		text := strconv.FormatFloat(v, 'f', -1, 64)
		return redact.Text(text) != text
	})
	return f
}

// talk holds one dialogue, over a kept session where the device's group has them.
func (p *Poller) talk(ctx context.Context, d *inventory.Device, t transport.Target, script session.Script) (transcript session.Transcript, err error) {
	script.Lacks = p.lacks.of(d.Address)
	if good, ok := p.keeps(d); ok {
		transcript, err = p.kept.talk(ctx, visit{p.config.Client, t, good}, script)
	} else {
		transcript, err = session.Run(ctx, p.config.Client, t, script)
	}
	p.lacks.note(d.Address, transcript.Lacks, err)
	return transcript, err
}

// keeps reports whether the device's sessions are kept, and for what.
func (p *Poller) keeps(d *inventory.Device) (purpose, bool) {
	if p.kept == nil || !p.config.Keep.Groups[d.Group] {
		return purpose{}, false
	}
	return p.purpose(d)
}

// Kept reports whether a session with the device is kept, as far as is known.
func (p *Poller) Kept(d *inventory.Device) bool {
	good, ok := p.keeps(d)
	return ok && p.kept.has(d.Name, good)
}

// Reserve takes a place for a poll at the jump host that leads to a device. It returns nil if there is none: then wake is called once,
// from within the client, when it may be worth asking again. What free is called for is given back if the poll has not used it.
func (p *Poller) Reserve(d *inventory.Device, wake func()) (free func()) {
	return p.config.Client.Reserve(d.Jump, d.Name, !p.Kept(d), wake)
}

func (p *Poller) target(d *inventory.Device, ticket *logins.Ticket) (transport.Target, error) {
	credential, ok := p.config.Credentials[d.Credential]
	if !ok {
		return transport.Target{}, fmt.Errorf("credential %q is not known", d.Credential)
	}
	return transport.Target{
		Name: d.Name, Address: d.Address, Credential: credential, HostKeys: transport.Policy(d.HostKeys), Jump: d.Jump,
		Legacy: d.Legacy, Algorithms: p.config.Algorithms[d.Group], Ticket: ticket,
	}, nil
}

func outputs(t session.Transcript) []parser.Output {
	all := make([]parser.Output, len(t.Answers))
	for i, a := range t.Answers {
		all[i] = parser.Output{Command: a.Command, Text: a.Text, Prompt: strings.TrimPrefix(t.Context+"\n"+t.Prompt, "\n")}
	}
	return all
}

// unread classifies the error of a parse.
func unread(err error) error {
	if _, ok := errors.AsType[*parser.RefusedError](err); ok {
		return &failure.Error{Reason: failure.Command, Doing: "ask", Err: err}
	}
	return &failure.Error{Reason: failure.Parse, Doing: "read the answers", Err: err}
}
