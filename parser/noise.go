package parser

import (
	"regexp"
	"strings"
)

// logLine is a message that a device prints into a session, whatever else it is about to print.
var logLine = newPattern(regexp.MustCompile(`%%?(?:\d{2})?[A-Z][A-Z0-9_]*[\-/]\d[\-/][A-Z0-9_]+(?:\(\w+\))?:`))

// withoutLog empties the lines of a text that are log messages. They stay as lines, so that those of a match are numbered as shown.
func withoutLog(text string) string {
	line, ok := logLine.find(text, 0)
	if !ok {
		return text
	}
	var b strings.Builder
	at := 0
	for ; ok; line, ok = logLine.find(text, at) {
		b.WriteString(text[at:line.start])
		at = line.end
		if at < len(text) {
			b.WriteByte('\n')
			at++
		}
	}
	b.WriteString(text[at:])
	return b.String()
}

// isEcho reports a line that is the command, perhaps behind a prompt: "hostname" in a recording.
func isEcho(text, command string) bool {
	before, ok := strings.CutSuffix(text, command)
	return ok && command != "" && (before == "" || strings.ContainsAny(before[len(before)-1:], " >#$%:]"))
}
