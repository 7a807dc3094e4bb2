package parser

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/terminal"
)

// aboutNeighbours are commands whose answers tell what other devices say of themselves, or what their modules do: the same lines,
// and none of the device.
var aboutNeighbours = regexp.MustCompile(`(?i)\b(?:cdp|lldp|neighbou?rs?|transceivers?)\b`)

const byteOrderMark = "\ufeff" // some editors put it at the start of a file

// Parse reads the answers of a device. The reading holds everything that was found whatever the error: a
// *RefusedError if the device refused a command that is not optional, or all of them; a *NoVersionError if no answer told the version.
//
// Where two commands tell a fact, the one that the definition lists first is believed. The answer to a command that the
// platform does not know is read with the rules of all, except those that would match any line; one about neighbours is not read.
func (p *Platform) Parse(outputs []Output) (Reading, error) {
	seen := p.sorted(outputs)
	s := search{platform: p}
	var refused, skipped *RefusedError
	var answers []*Output
	for i := range seen {
		o := &seen[i]
		o.Text = withoutLog(terminal.Clean(strings.TrimPrefix(o.Text, byteOrderMark)))
		o.Prompt = strings.TrimRight(terminal.Clean(o.Prompt), " \n")
		line, isRefusal := p.refusal(o.Text)
		if !isRefusal {
			answers = append(answers, o)
			continue
		}
		err := &RefusedError{Command: o.Command, Line: clip(line, maxValue)}
		if c := p.Command(o.Command); c == nil || !c.Optional {
			refused = cmp.Or(refused, err)
		}
		skipped = cmp.Or(skipped, err)
	}
	s.greeting = greeting(seen)
	for _, s.fallback = range []bool{false, true} {
		for _, o := range answers {
			s.answer(o)
		}
	}
	s.settleBootTime()
	s.settleHostname(answers)
	s.settleNextBoot()
	s.settleMembers()
	switch {
	case refused != nil:
		return s.reading, refused
	case len(answers) == 0 && skipped != nil:
		return s.reading, skipped
	case s.reading.Facts.Version == "":
		return s.reading, &NoVersionError{Seen: seen}
	}
	return s.reading, nil
}

// answer reads an answer with the rules of its command, or of all if it is none of the platform's.
func (s *search) answer(o *Output) {
	p := s.platform
	whole, own := o, ""
	if p.sections != nil {
		own = p.sections.ownName(o)
	}
	if own != "" {
		o = &Output{Command: o.Command, Text: p.sections.keepOwn(o.Text, own)}
	}
	s.own = own
	c := p.Command(o.Command)
	switch {
	case c != nil:
		flush, all := outdent(o.Text, o.Command)
		if all {
			s.command(c, &Output{Command: o.Command, Text: flush}, false)
		}
		s.command(c, o, false)
		if flush != "" && !all {
			s.command(c, &Output{Command: o.Command, Text: flush}, true)
		}
		if len(c.members) > 0 && !s.fallback {
			others, _ := outdent(whole.Text, o.Command)
			texts := []string{flush, o.Text, others, whole.Text} // the own section is believed first
			for i, text := range texts {
				if !slices.Contains(texts[:i], text) {
					s.members(c, text)
				}
			}
		}
	case !aboutNeighbours.MatchString(o.Command):
		for i := range p.Commands {
			s.command(&p.Commands[i], o, true)
		}
	}
}

// sorted returns a copy of the outputs in the order of the platform's commands, unknown ones last.
func (p *Platform) sorted(outputs []Output) []Output {
	sorted := slices.Clone(outputs)
	if len(sorted) > 1 {
		slices.SortStableFunc(sorted, func(a, b Output) int { return cmp.Compare(p.commandIndex(a.Command), p.commandIndex(b.Command)) })
	}
	return sorted
}

// Command returns the platform's command with this name or spelling, nil if it has none. Case, runs of blanks and a pipe
// such as "| no-more" do not count.
func (p *Platform) Command(name string) *Command {
	if i := p.commandIndex(name); i < len(p.Commands) {
		return &p.Commands[i]
	}
	return nil
}

// commandIndex returns len(p.Commands) for a command that the platform does not know.
func (p *Platform) commandIndex(name string) int {
	if i, ok := p.byCommand[name]; ok {
		return i
	}
	before, _, _ := strings.Cut(name, "|")
	for _, spelling := range [...]string{name, before} {
		if i, ok := p.byCommand[commandKey(spelling)]; ok {
			return i
		}
	}
	return len(p.Commands)
}

func commandKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}
