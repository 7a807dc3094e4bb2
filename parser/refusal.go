package parser

import (
	"fmt"
	"regexp"
	"strings"
)

// refusalLines is how many lines from the top may hold a refusal: echo, time stamp, caret, message. Farther down the
// same words are part of an answer.
const refusalLines = 5

// unauthorized is how AAA says no on any platform: the words are the server's, or those of the library that asks it.
var unauthorized = newPattern(regexp.MustCompile(`(?i)^\W*(?:error\W+)?(?:(?:command )?authori[sz]ation (?:failed|denied|error)|` +
	`(?:this )?command (?:is )?(?:not authori[sz]ed|not permitted|not allowed|rejected by (?:aaa|tacacs|the server))|not authori[sz]ed\b|unauthori[sz]ed (?:command|user|access)|` +
	`(?:permission|access|privilege) (?:is )?denied|(?:you do not have|no|insufficient|not enough) (?:the )?(?:required )?(?:permissions?|privileges?|rights?|access|authority)\b|` +
	`user \S+ (?:is )?not authori[sz]ed|rejected by (?:aaa|tacacs))`))

// refusal returns the line that says that the device did not take the command.
func (p *Platform) refusal(text string) (string, bool) {
	end, lines := 0, 0
	for lines < refusalLines && end < len(text) {
		line := lineAt(text, end)
		if line.start < line.end {
			lines++
		}
		end = line.end + 1
	}
	head := text[:min(end, len(text))]
	for _, r := range append(p.refusals[:len(p.refusals):len(p.refusals)], unauthorized) {
		if line, ok := r.find(head, 0); ok {
			return line.of(head), true
		}
	}
	return "", false
}

// RefusedError tells that the device did not take a command that a poll cannot do without.
type RefusedError struct {
	Command string
	Line    string // what the device said
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the device refused %q: %s", e.Command, e.Line)
}

// NoVersionError tells that the answers held no version, and what they held.
type NoVersionError struct{ Seen []Output }

// Error shows the first line of every answer.
func (e *NoVersionError) Error() string {
	var b strings.Builder
	b.WriteString("no version found")
	for i, o := range e.Seen {
		sep := "; "
		if i == 0 {
			sep = ": "
		}
		fmt.Fprintf(&b, "%s%q answered %s", sep, o.Command, firstLine(o.Text))
	}
	return b.String()
}

func firstLine(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return "nothing"
	}
	line, _, more := strings.Cut(text, "\n")
	shown := fmt.Sprintf("%q", clip(line, 80))
	if more {
		shown += fmt.Sprintf(" and %d more lines", strings.Count(text, "\n"))
	}
	return shown
}
