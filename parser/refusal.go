package parser

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// refusalLines is how many lines from the top may hold a refusal: echo, time stamp, caret, message. Farther down the
// same words are part of an answer.
const refusalLines = 5

// unauthorized is how AAA says no on any platform: the words are the server's, or those of the library that asks it.
var unauthorized = regexp.MustCompile(`(?i)^\W*(?:error\W+)?(?:(?:command )?authori[sz]ation (?:failed|denied|error)|` +
	`(?:this )?command (?:is )?(?:not authori[sz]ed|not permitted|not allowed|rejected|disabled by (?:the |your )?administrator)|privilege level (?:is )?too low|not authori[sz]ed\b|unauthori[sz]ed (?:command|user|access)|` +
	`(?:permission|access|privilege) (?:is )?denied|(?:you do not have|no|insufficient|not enough) (?:the )?(?:required )?(?:permissions?|privileges?|rights?|access|authority)\b|` +
	`user \S+ (?:is )?not authori[sz]ed|rejected by (?:aaa|tacacs))`)

// aaaStems are parts of words of which every such line has one; they are cheap to look for.
var aaaStems = []string{"uthori", "ermi", "enied", "rivilege", "ejected", "llowed", "ights", "ccess", "UTHORI", "DENIED"}

// refusal returns the line that says that the device did not take the command.
func (p *Platform) refusal(text string) (string, bool) {
	lines := 0
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); line == "" {
			continue
		}
		if lines++; lines > refusalLines {
			break
		}
		if shown := line[:min(len(line), maxLine)]; p.refuses(shown) {
			return shown, true
		}
	}
	return "", false
}

func (p *Platform) refuses(line string) bool {
	var buf [longestError]byte
	head := squeeze(buf[:0], line)
	for _, words := range p.errors {
		if string(head[:min(len(head), len(words))]) == words {
			return true
		}
	}
	for _, r := range p.refusals {
		if _, ok := r.find(line, 0); ok {
			return true
		}
	}
	return slices.ContainsFunc(aaaStems, func(stem string) bool { return strings.Contains(line, stem) }) && unauthorized.MatchString(line)
}

// longestError is how much of a line counts for plain texts.
const longestError = 96

// squeeze appends a text without blanks and in lower case, as far as there is room for it.
func squeeze(to []byte, text string) []byte {
	for i := 0; i < len(text) && len(to) < cap(to); i++ {
		switch c := text[i]; {
		case c == ' ' || c == '\t':
		case c >= 'A' && c <= 'Z':
			to = append(to, c+'a'-'A')
		default:
			to = append(to, c)
		}
	}
	return to
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
