package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a file, or that its author should know.
type Problem struct {
	File string // as the operator named it
	Line int    // from 1; 0: the file as a whole
	Key  string // "groups[0].devices[2].platform"; "": no key in particular
	Text string // what is wrong and what to do
}

// String is the problem on one line: "config.yml:12: poll.interval: must be more than 0".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	return oneLine(b.String())
}

// Problems is every reason why a configuration cannot be used, in the order of the files' lines.
type Problems []Problem

// Error prints one problem a line.
func (p Problems) Error() string { return strings.Join(p.lines(), "\n") }

func (p Problems) lines() []string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return lines
}

func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// oneLine keeps text that the operator wrote from breaking the line it is quoted on.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
