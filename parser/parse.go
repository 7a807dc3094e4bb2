package parser

import (
	"strings"

	"github.com/netver/netver_exporter/terminal"
)

// Parse reads the answers of a device. The reading holds everything that was found whatever the error: a
// *RefusedError if the device refused a command that is not optional, a *NoVersionError if no answer told the version.
func (p *Platform) Parse(outputs []Output) (Reading, error) {
	var s search
	var seen []Output
	var refused *RefusedError
	for _, o := range outputs {
		o.Text = terminal.Clean(o.Text)
		seen = append(seen, o)
		c := p.Command(o.Command)
		if line, ok := p.refusal(o.Text); ok {
			if refused == nil && (c == nil || !c.Optional) {
				refused = &RefusedError{Command: o.Command, Line: clip(line, maxValue)}
			}
			continue
		}
		if c != nil {
			s.command(c, o)
			continue
		}
		for i := range p.Commands {
			s.command(&p.Commands[i], o)
		}
	}
	s.settleBootTime()
	switch {
	case refused != nil:
		return s.reading, refused
	case s.reading.Facts.Version == "":
		return s.reading, &NoVersionError{Seen: seen}
	}
	return s.reading, nil
}

// Command returns the platform's command with this name or spelling, nil if it has none. Case, runs of blanks and a pipe
// such as "| no-more" do not count.
func (p *Platform) Command(name string) *Command {
	if i, ok := p.byCommand[commandKey(name)]; ok {
		return &p.Commands[i]
	}
	before, _, piped := strings.Cut(name, "|")
	if !piped {
		return nil
	}
	if i, ok := p.byCommand[commandKey(before)]; ok {
		return &p.Commands[i]
	}
	return nil
}

func commandKey(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}
