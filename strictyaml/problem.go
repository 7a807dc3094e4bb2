package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a file, or that its author should know.
type Problem struct {
	File string // as the operator named it
	Line int    // from 1; 0: the file as a whole
	Key  string // "groups[0].devices[2].platform"; "": no key in particular
	Text string // what is wrong and what to do
}

// maxLine bounds a problem's line: it may quote what is in the file.
const maxLine = 2000

// String is the problem on one line: "config.yml:12: poll.interval: 0s is too short; want 1s or more".
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

// Problems is every reason why a file cannot be used.
type Problems []Problem

// maxPrinted is how many problems an error prints: more than that have few causes.
const maxPrinted = 50

// Error prints one problem a line, in the order of the files' lines, and counts those beyond the first 50.
func (p Problems) Error() string {
	p.sort()
	lines := p[:min(len(p), maxPrinted)].lines()
	if more := len(p) - maxPrinted; more > 0 {
		lines = append(lines, "and "+Count(more, "more problem"))
	}
	return strings.Join(lines, "\n")
}

// Count is a number and what it counts, for messages: 1 device, 2 devices.
func Count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

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

// oneLine keeps text that the operator wrote from breaking the line it is quoted on, or filling the screen.
func oneLine(text string) string {
	if len(text) > maxLine {
		text = text[:maxLine] + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, string(utf8.RuneError)))
}
