package parser

import (
	"slices"
	"strings"
)

// search is one reading in the making. A fact that is found stands: neither a later rule nor a later answer changes it.
type search struct {
	platform    *Platform
	own         string // the member of a cluster that was logged in to; "": not known
	fallback    bool   // the rules at work are those for what no other has found
	reading     Reading
	found       [factCount]bool
	boot, clock instant
	booted      string   // the image that runs; "": not told
	patches     []string // those told so far
	greeting    []string // the lines with which all answers begin: a shell prints them at every login

	parsed *string  // the answer that root was read from; nil: none yet
	root   *element // nil: the answer is neither JSON nor XML
}

// greeting returns the lines with which two or more answers begin, all of them.
func greeting(outputs []Output) (lines []string) {
	for i, o := range outputs {
		own := strings.Split(o.Text, "\n")
		if i == 0 {
			lines = own
		}
		same := 0
		for same < min(len(lines), len(own)) && lines[same] == own[same] {
			same++
		}
		lines = lines[:same]
	}
	if len(outputs) < 2 {
		return nil
	}
	for i := range lines {
		lines[i] = cleanValue(lines[i])
	}
	return lines
}

// command reads an answer with the rules of a command; with the distinct ones only, if it answers another command.
func (s *search) command(c *Command, o *Output, distinct bool) {
	for i := range c.facts {
		f := c.facts[i].fact
		for j := range c.facts[i].rules {
			r := &c.facts[i].rules[j]
			if s.found[f] && f != factUptime || r.fallback != s.fallback || distinct && !r.distinct() {
				continue
			}
			s.rule(f.String(), r, o, func(text string) (bool, error) { return s.fact(f, r, text) })
			s.settlePatch()
		}
	}
	if s.fallback {
		return
	}
	for i := range c.gauges {
		g := &c.gauges[i]
		if _, found := s.reading.Facts.Gauges[g.gauge.Name]; !found && (!distinct || g.rule.distinct()) {
			s.rule(g.gauge.Name, &g.rule, o, func(text string) (bool, error) { return s.gauge(g, text) })
		}
	}
	if c.template != nil && !distinct {
		s.template(c.template, o)
	}
}

// rule takes the first value on a line that matches, is not excluded and can be converted. Of values that cannot,
// the first is kept among the matches so that people see why a fact is absent.
func (s *search) rule(name string, r *rule, o *Output, take func(text string) (bool, error)) {
	complained := false
	visit := func(at int, captured string) bool {
		text := cleanValue(captured)
		if text == "" || isEcho(text, o.Command) || r.not != nil && r.not.MatchString(text) {
			return false
		}
		if !r.distinct() && (matchesAny(s.platform.Session.Prompt, text) || slices.Contains(s.greeting, text)) {
			return false // the prompt at the end of a recording, or what stands ahead of every answer
		}
		if r.field && strings.IndexByte(":=|.", text[0]) >= 0 {
			return false
		}
		taken, err := take(text)
		if taken {
			s.match(name, r, o, at, text)
			return !r.all
		} else if err != nil && !complained {
			complained = true
			s.match(name, r, o, at, text).Problem = err.Error()
		}
		return false
	}
	if r.line != nil {
		r.visit(o.Text, visit)
	} else if root := s.structure(o); root != nil {
		r.visitKeys(root, visit)
	}
}

// structure reads an answer once for all rules.
func (s *search) structure(o *Output) *element {
	if s.parsed != &o.Text {
		s.parsed, s.root = &o.Text, structure(o.Text)
		if s.own != "" && s.root != nil {
			s.platform.sections.prune(s.root, s.own)
		}
	}
	return s.root
}

func (s *search) fact(f fact, r *rule, text string) (taken bool, err error) {
	if f == factSerial {
		text = bareSerial(text)
	}
	if f.lacks(text) {
		return false, nil
	}
	v, err := convert(r.as, text)
	if s.found[f] { // an uptime may be that of a counter that has run over, and another one right
		if err != nil || !wrapped(s.reading.Facts.Uptime, &v.uptime) {
			return false, nil
		}
	}
	if err != nil {
		return false, err
	}
	s.set(f, v)
	return true, nil
}

func (s *search) gauge(g *gaugeRule, text string) (taken bool, err error) {
	v, err := convert(g.rule.as, text)
	if err != nil {
		return false, err
	}
	n, err := v.number()
	if err != nil {
		return false, err
	}
	if s.reading.Facts.Gauges == nil {
		s.reading.Facts.Gauges = map[string]float64{}
	}
	s.reading.Facts.Gauges[g.gauge.Name] = n
	return true, nil
}

func (s *search) match(name string, r *rule, o *Output, at int, text string) *Match {
	if s.reading.Matches == nil {
		s.reading.Matches = make([]Match, 0, factCount)
	}
	s.reading.Matches = append(s.reading.Matches, Match{
		Fact:    name,
		Command: o.Command,
		Line:    1 + strings.Count(o.Text[:min(at, len(o.Text))], "\n"),
		Pattern: r.shown,
		Value:   text,
	})
	return &s.reading.Matches[len(s.reading.Matches)-1]
}

// set copies what it keeps: a part of an answer would keep the whole of it in memory for as long as the facts live.
func (s *search) set(f fact, v value) {
	s.found[f] = true
	facts := &s.reading.Facts
	switch f {
	case factVersion:
		facts.Version = strings.Clone(v.text)
	case factUptime:
		uptime := v.uptime
		facts.Uptime = &uptime
	case factBootTime:
		s.boot = v.when
	case factClock:
		s.clock = v.when
	case factModel:
		facts.Model = strings.Clone(v.text)
	case factSerial:
		facts.Serial = strings.Clone(v.text)
	case factHostname:
		facts.Hostname = strings.Clone(v.text)
	case factPatch:
		s.found[f] = false // until its rule has seen all lines that it wants
		if text := strings.Clone(v.text); !slices.Contains(s.patches, text) {
			s.patches = append(s.patches, text)
		}
	case factReloadReason:
		facts.ReloadReason = cleanReason(v.text)
	case factNextBoot:
		facts.NextBoot = strings.Clone(v.text)
	case factBooted:
		s.booted = strings.Clone(v.text)
	}
}
