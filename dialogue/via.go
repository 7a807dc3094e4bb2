package dialogue

import (
	"regexp"
	"strings"
)

// lackingCommand is how Unix shells say that there is no such command.
var lackingCommand = regexp.MustCompile(`(?i)^(?:-?\w*sh(?:\[\d+\])?: (?:line )?(?:\d+: )?\S+: (?:command )?not found|` +
	`\S+: command not found|zsh:\d*:? command not found: \S+|\S+: not found)\.?$`)

// IsFromHost reports an answer of a Unix shell that does not know the command: the user's login shell is that of the host,
// and not the command line of the device.
func IsFromHost(answer string) bool {
	first, rest, _ := strings.Cut(strings.TrimSpace(answer), "\n")
	return strings.TrimSpace(rest) == "" && lackingCommand.MatchString(strings.TrimSpace(first))
}

// Refuses reports an answer by which the device says that it did not take the command: one of its first lines does.
func (d *Dialogue) Refuses(answer string) bool {
	const first = 5 // echo, time stamp, caret, message
	lines := 0
	for line := range strings.Lines(answer) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if lines++; lines > first {
			return false
		}
		for _, refusal := range d.Refusals {
			if refusal.MatchString(line) {
				return true
			}
		}
	}
	return false
}

// Through is what is typed to the host's shell to have the device's command line run a command.
func (d *Dialogue) Through(command string) string {
	return strings.ReplaceAll(d.Via, "{command}", strings.ReplaceAll(command, "'", `'\''`))
}
