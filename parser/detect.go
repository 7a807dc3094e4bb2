package parser

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Probe is a harmless command and the platforms whose mark its answer can show.
type Probe struct {
	Command   string
	Platforms []*Platform // sorted by id
}

// Mark is what proves a platform: a line of an answer.
type Mark struct {
	Platform *Platform
	Command  string
	Line     string
}

// Probes returns what to type to a device of an unknown platform, the most telling command first. server is the
// SSH server's version line. Platforms that never show such a prompt are left out.
func (r *Registry) Probes(server, prompt string) []Probe {
	byCommand := map[string]*Probe{}
	hinted := map[string]bool{}
	for _, p := range r.All() {
		if p.Detect.Line == nil || !matchesAny(p.Session.Prompt, prompt) {
			continue
		}
		command := p.Detect.Command
		if byCommand[command] == nil {
			byCommand[command] = &Probe{Command: command}
		}
		byCommand[command].Platforms = append(byCommand[command].Platforms, p)
		hinted[command] = hinted[command] || p.Detect.Server != nil && p.Detect.Server.MatchString(server)
	}
	var probes []Probe
	for _, probe := range byCommand {
		probes = append(probes, *probe)
	}
	slices.SortFunc(probes, func(a, b Probe) int {
		if hinted[a.Command] != hinted[b.Command] {
			if hinted[a.Command] {
				return -1
			}
			return 1
		}
		return cmp.Or(len(b.Platforms)-len(a.Platforms), strings.Compare(a.Command, b.Command))
	})
	return probes
}

// Marks returns the marks in the cleaned answer to the probe: none if the device is another one, and more than one if
// the answer does not tell.
func (p Probe) Marks(answer string) []Mark {
	var marks []Mark
	for _, platform := range p.Platforms {
		for line := range strings.Lines(answer) {
			if line = strings.TrimSuffix(line, "\n"); platform.Detect.Line.MatchString(line) {
				marks = append(marks, Mark{platform, p.Command, line})
				break
			}
		}
	}
	return marks
}

func matchesAny(patterns []*regexp.Regexp, text string) bool {
	return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(text) })
}
