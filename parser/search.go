package parser

import "strings"

// search is one reading in the making. A fact that is found stands: neither a later rule nor a later answer changes it.
type search struct {
	reading     Reading
	found       [factCount]bool
	boot, clock instant
}

// command reads an answer with the rules of a command; with the distinct ones only, if it answers another command.
func (s *search) command(c *Command, o *Output, distinct bool) {
	for i := range c.facts {
		f := &c.facts[i]
		for j := 0; j < len(f.rules) && !s.found[f.fact]; j++ {
			if r := &f.rules[j]; !distinct || r.distinct() {
				s.rule(f.fact, r, o)
			}
		}
	}
}

// rule takes the first value on a line that matches, is not excluded and can be converted. Of values that cannot,
// the first is kept among the matches so that people see why a fact is absent.
func (s *search) rule(f fact, r *rule, o *Output) {
	complained := false
	r.visit(o.Text, func(at int, captured string) bool {
		text := cleanValue(captured)
		if text == "" || f.lacks(text) || r.not != nil && r.not.MatchString(text) {
			return false
		}
		v, err := r.convert(text)
		if err == nil {
			s.set(f, v)
			s.match(f.String(), r, o, at, text)
			return true
		}
		if !complained {
			complained = true
			s.match(f.String(), r, o, at, text).Problem = err.Error()
		}
		return false
	})
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

func (s *search) set(f fact, v value) {
	s.found[f] = true
	facts := &s.reading.Facts
	switch f {
	case factVersion:
		facts.Version = v.text
	case factUptime:
		facts.Uptime = &v.uptime
	case factBootTime:
		s.boot = v.when
	case factClock:
		s.clock = v.when
	case factModel:
		facts.Model = v.text
	case factSerial:
		facts.Serial = v.text
	case factHostname:
		facts.Hostname = v.text
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
