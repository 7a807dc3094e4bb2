package dialogue

import "regexp"

// What a device may ask before it lets somebody go: whether to keep a configuration that was changed, and whether we mean it.
var (
	asksToSave  = regexp.MustCompile(`(?i)\b(?:save|saved|unsaved|write|configuration|config|changes)\b`)
	asksToLeave = regexp.MustCompile(`(?i)\b(?:log ?(?:out|off)|exit|quit|leave|end|terminate|close|disconnect)\b`)
)

// Farewell is the answer to a question that follows the command that ends a session: yes to leaving, no to saving, for nothing
// was changed. It is "" for any other line.
func Farewell(line string) string {
	switch {
	case Asks(line) != Consent || !IsQuestion(line):
		return ""
	case asksToSave.MatchString(line):
		return "n"
	case asksToLeave.MatchString(line):
		return "y"
	}
	return ""
}
