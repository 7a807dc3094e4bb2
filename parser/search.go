package parser

import (
	"errors"
	"strings"
)

// search is one reading in the making. A fact that is found stands: neither a later rule nor a later answer changes it.
type search struct {
	reading     Reading
	found       [factCount]bool
	boot, clock instant
}

// command reads an answer with the rules of a command; with the distinct ones only, if it answers another command.
func (s *search) command(c *Command, o *Output, distinct bool) {
	for i := range c.facts {
		f := c.facts[i].fact
		for j := range c.facts[i].rules {
			r := &c.facts[i].rules[j]
			if s.found[f] {
				break
			}
			if !distinct || r.distinct() {
				s.rule(f.String(), r, o, func(text string) (bool, error) { return s.fact(f, r, text) })
			}
		}
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
	r.visit(o.Text, func(at int, captured string) bool {
		text := cleanValue(captured)
		if text == "" || text == o.Command || r.not != nil && r.not.MatchString(text) { // the command: its echo, as "hostname" in a recording
			return false
		}
		taken, err := take(text)
		if taken {
			s.match(name, r, o, at, text)
		} else if err != nil && !complained {
			complained = true
			s.match(name, r, o, at, text).Problem = err.Error()
		}
		return taken
	})
}

func (s *search) fact(f fact, r *rule, text string) (taken bool, err error) {
	if f.lacks(text) {
		return false, nil
	}
	v, err := convert(r.as, text)
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
		Line:    1 + strings.Count(o.Text[:at], "\n"),
		Pattern: r.line.re.String(),
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
	}
}

// settleBootTime sets boot time and clock against each other. The difference stands in for an uptime, or refines one that
// is told in coarser steps and agrees with it. A boot time alone counts where its zone is known.
func (s *search) settleBootTime() {
	if !s.found[factBootTime] {
		return
	}
	told := s.reading.Facts.Uptime
	if s.found[factClock] {
		age, err := s.clock.since(s.boot)
		switch {
		case errors.Is(err, errSetBack):
			return // since the boot, so that a boot time told by the old setting dates nothing
		case err != nil:
		case told == nil, age.Resolution < told.Resolution && (age.Age-told.Age).Abs() <= told.Resolution:
			s.reading.Facts.Uptime = &age
			return
		}
	}
	if told == nil && s.boot.zoned && s.boot.isClockSet() {
		s.reading.Facts.BootTime = s.boot.wall
	}
}
