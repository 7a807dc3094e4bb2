package parser

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// settlePatch takes the patches that a rule has found, as many as a value holds.
func (s *search) settlePatch() {
	if s.found[factPatch] || len(s.patches) == 0 {
		return
	}
	s.found[factPatch] = true
	all := s.patches[0]
	for i, patch := range s.patches[1:] {
		const more = len(", and 1000 more")
		if len(all)+len(",")+len(patch)+more > maxValue {
			all = fmt.Sprintf("%s, and %d more", all, len(s.patches)-1-i)
			break
		}
		all += "," + patch
	}
	s.reading.Facts.Patch = all
}

// settleNextBoot compares the image that boots next with the one that runs, or with the version where the platform's answers
// do not name images.
func (s *search) settleNextBoot() {
	facts := &s.reading.Facts
	running := s.booted
	if !s.platform.booted {
		running = facts.Version
	}
	if facts.NextBoot == "" || running == "" {
		return
	}
	differs := !s.platform.sameImage(running, facts.NextBoot)
	facts.NextBootDiffers = &differs
}

// sameImage compares two versions in the platform's order, and what has no place in it by the name of the file, without
// regard to case and to the device that holds it.
func (p *Platform) sameImage(a, b string) bool {
	if c, ok := p.Order.Compare(a, b); ok {
		return c == 0
	}
	name := func(path string) string { return path[strings.LastIndexAny(path, `/:\`)+1:] }
	return strings.EqualFold(name(a), name(b))
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
		case told == nil, wrapped(told, &age), age.Resolution < told.Resolution && (age.Age-told.Age).Abs() <= told.Resolution:
			s.reading.Facts.Uptime = &age
			return
		}
	}
	switch {
	case !s.boot.zoned || !s.boot.isClockSet():
	case told == nil:
		s.reading.Facts.BootTime = s.boot.wall
	case s.boot.step < told.Resolution:
		s.reading.Facts.Booted = s.boot.wall
	}
}

// counterRange is when a 32-bit counter of hundredths of a second begins again at zero: after 497 days.
const counterRange = (1 << 32) * 10 * time.Millisecond

// wrapped reports whether told is what is left of other, an uptime that was read elsewhere, by a counter that ran over.
func wrapped(told, other *Uptime) bool {
	if told == nil {
		return false
	}
	over := other.Age - told.Age
	lost := over.Round(counterRange)
	return lost > 0 && (over-lost).Abs() <= max(told.Resolution, other.Resolution)+5*time.Second
}

// settleHostname takes the name from the prompt where the platform's shows it whole and no answer told it.
func (s *search) settleHostname(answers []*Output) {
	for _, o := range answers {
		if s.found[factHostname] {
			return
		}
		line := o.Prompt[strings.LastIndexByte(o.Prompt, '\n')+1:]
		for _, re := range s.platform.Session.Prompt {
			m := re.FindStringSubmatch(line)
			if i := re.SubexpIndex("host"); m != nil && i > 0 && m[i] != "" {
				s.set(factHostname, value{text: cleanValue(m[i])})
				break
			}
		}
	}
}
