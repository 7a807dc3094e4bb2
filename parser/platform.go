// Package parser knows what devices say: the platforms, their commands, and which line holds which fact.
// It knows no clock, network or logger.
package parser

import (
	"regexp"
	"slices"
	"sync"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/version"
)

// Platform is a definition: how to talk to a kind of device and how to read its answers. It does not change once it is read:
// a built-in one is the same for the whole program.
type Platform struct {
	ID         string
	Vendor     string
	Title      string
	Aliases    []string
	Order      *version.Order // of its versions; nil: not known
	Session    dialogue.Dialogue
	Commands   []Command
	Detect     Detect
	Origin     string   // "built-in", or the path of the file
	NotTold    []string // facts that no command of the platform tells; members is one
	Privileged []string // facts that a user without privileges cannot read
	Warnings   []string // old keys that were read, each as "path:line: key: what to write instead"

	source    []byte
	typed     []Typed        // in the order of a session
	allow     []string       // of what is typed: what may do more than read
	refusals  []*pattern     // those of Session.Refusals that are patterns
	errors    []string       // the others: what a line begins with, squeezed
	sections  *sections      // nil: no answer comes in sections
	byCommand map[string]int // index in Commands by commandKey of each spelling
	example   func() string  // ExampleVersion, found at the first call
	booted    bool           // a rule tells which image runs, so that the version is not compared with the next
}

// Definition returns the YAML text that the platform was read from.
func (p *Platform) Definition() []byte { return p.source }

// index prepares what Parse looks things up in.
func (p *Platform) index() {
	p.byCommand, p.example = map[string]int{}, sync.OnceValue(p.findExample)
	for i, c := range p.Commands {
		p.booted = p.booted || slices.ContainsFunc(c.facts, func(f factRules) bool { return f.fact == factBooted })
		for _, name := range append([]string{c.Run}, c.Also...) {
			p.byCommand[commandKey(name)] = i
		}
	}
}

// Command is one thing to type, or only to read.
type Command struct {
	Run      string   // as typed
	Also     []string // other commands whose output has the same shape; never typed
	Poll     bool     // typed at each poll; false: read where it was recorded, never typed
	Optional bool     // a refusal costs only this command's facts
	Host     bool     // typed only where the device's command line is reached through the shell of a host, to that shell

	facts    []factRules
	gauges   []gaugeRule
	template *template
	members  []memberRule
}

// Detect tells how a platform is recognised on first contact.
type Detect struct {
	Server  *regexp.Regexp `yaml:"server"`         // the SSH server's version line
	Command string         `yaml:"command,filled"` // harmless command to type; one of Commands by default
	Line    *regexp.Regexp `yaml:"line"`           // line of the answer that proves the platform
}

// polled are the facts that a poll can find, members among them.
func (p *Platform) polled() map[string]bool {
	all := map[string]bool{}
	for _, c := range p.Commands {
		if !c.Poll {
			continue
		}
		for _, f := range c.facts {
			all[f.fact.String()] = true
		}
		if c.template != nil {
			for _, f := range c.template.fact {
				all[f.String()] = true
			}
		}
		all[membersName] = all[membersName] || len(c.members) > 0
	}
	for _, re := range p.Session.Prompt {
		all[factHostname.String()] = all[factHostname.String()] || re.SubexpIndex("host") > 0
	}
	return all
}

// pollsVersion reports whether a poll can find the version.
func (p *Platform) pollsVersion() bool { return p.polled()[factVersion.String()] }
