package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

var deviceArgument = regexp.MustCompile(`^([^=]+)=([a-z0-9_]+)(?:/([^@:,]+))?(?:@([^:,]+))?(?::([^,]+))?((?:,[^=,]+=[^,]+)*)$`)

// simulated makes a device of an argument NAME=PLATFORM[/SAMPLE][@VERSION][:FAULT][,LABEL=VALUE]...; the sample is the
// platform's first by default, and the version the sample's.
func simulated(platforms *parser.Registry, samples []parser.Sample, argument string) (*lab.Device, error) {
	words := deviceArgument.FindStringSubmatch(argument)
	if words == nil {
		return nil, fmt.Errorf("%q is no NAME=PLATFORM[/SAMPLE][@VERSION][:FAULT][,LABEL=VALUE]", argument)
	}
	p, ok := platforms.Get(words[2])
	if !ok {
		return nil, fmt.Errorf("no platform %q", words[2])
	}
	d := &lab.Device{Name: words[1], Platform: p, Fault: lab.Fault(words[5]), Labels: map[string]string{}}
	for label := range strings.SplitSeq(strings.TrimPrefix(words[6], ","), ",") {
		if name, value, ok := strings.Cut(label, "="); ok {
			d.Labels[name] = value
		}
	}
	for _, s := range samples {
		if s.Platform == p.ID && (words[3] == "" || s.Name == words[3]) {
			var err error
			d.Sample, err = running(p, s, words[4])
			return d, err
		}
	}
	return nil, fmt.Errorf("no such sample: %s", argument)
}

// startBastion starts a jump host, names it in a configuration that is there already, and sends all devices through it.
func startBastion(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithCancel(context.Background())
	b, err := lab.StartBastion(ctx, "127.0.0.1", lab.Password)
	ts.Check(err)
	ts.Defer(func() { cancel(); b.Close() })
	edit(ts, false, []string{args[0], "ssh: {", "jump_hosts: {bastion: {address: \"" + b.Addr() + "\", credentials: lab}}\\nssh: {jump: bastion, "})
}

// running puts another version into the answers of a sample; "": they stay as they are.
func running(p *parser.Platform, s parser.Sample, version string) (parser.Sample, error) {
	if version == "" {
		return s, nil
	}
	reading, err := p.Parse(s.Answers)
	if err != nil {
		return s, err
	}
	answers := make([]parser.Output, len(s.Answers))
	for i, a := range s.Answers {
		answers[i] = parser.Output{Command: a.Command, Text: strings.ReplaceAll(a.Text, reading.Facts.Version, version)}
	}
	s.Answers = answers
	if reading, err = p.Parse(answers); err == nil && reading.Facts.Version != version {
		err = errors.New(s.Name + " does not print its version as it stands")
	}
	return s, err
}
