package session

import (
	"bytes"
	"regexp"
	"strings"
)

// longestPrompt bounds the lines in which a prompt, a question or a pager is looked for.
const longestPrompt = 1024

// samePrompt reports whether a line is the prompt that was learned. Digits, "*" and "!" may differ, and a "#" ahead: EXOS counts
// commands in its prompt, SR OS and Ciena mark unsaved changes, others show the time.
func samePrompt(line []byte, prompt string) bool {
	if prompt == "" {
		return false
	}
	i, j := marks(line), marks(prompt)
	for {
		for i < len(line) && volatile(line[i]) {
			i++
		}
		for j < len(prompt) && volatile(prompt[j]) {
			j++
		}
		if i == len(line) || j == len(prompt) {
			return i == len(line) && j == len(prompt)
		}
		if line[i] != prompt[j] {
			return false
		}
		i++
		j++
	}
}

// marks counts the "#" ahead of a prompt that has text behind them.
func marks[T string | []byte](prompt T) int {
	for i := range len(prompt) {
		if prompt[i] != '#' {
			return i
		}
	}
	return 0
}

func volatile(c byte) bool { return c >= '0' && c <= '9' || c == '*' || c == '!' || c == ' ' }

// clock is the time in a prompt.
var clock = regexp.MustCompile(`[\[( ]?\b\d{1,2}:\d\d:\d\d(?:\.\d+)?[\])]? ?`)

// likePrompt reports a line that a prompt of the patterns can be, with the time in it, or with one more sign at its end.
func likePrompt(patterns []*regexp.Regexp, line string) bool {
	const signs = ">#$%"
	if line == "" || matchesLine(patterns, line) {
		return line != ""
	}
	if bare := clock.ReplaceAllString(line, ""); bare != "" && bare != line && matchesLine(patterns, bare) {
		return true
	}
	n := len(line)
	return n > 2 && strings.IndexByte(signs, line[n-1]) >= 0 && strings.IndexByte(signs, line[n-2]) >= 0 && matchesLine(patterns, line[:n-1])
}

// matchesLine tries a line as it is shown and, since patterns may insist on the blank that follows a prompt, with one.
func matchesLine(patterns []*regexp.Regexp, line string) bool {
	for _, p := range patterns {
		if p.MatchString(line) || p.MatchString(line+" ") {
			return true
		}
	}
	return false
}

// echoLines is how far down an echo can be: above it are remains of the prompt, or what the device printed meanwhile.
const echoLines = 8

// cutEcho drops everything up to the last echo of the command near the top, and reports whether there was one. An echo
// is the command alone or behind the prompt, perhaps wrapped.
func cutEcho(text, command, prompt string) (rest string, found bool) {
	wanted := squeeze(command)
	if wanted == "" {
		return text, false
	}
	end, begin := 0, 0
	for at, n := 0, 0; at < len(text) && n < echoLines; n++ {
		line, _, _ := strings.Cut(text[at:], "\n")
		at = min(len(text), at+len(line)+1)
		switch {
		case len(line) > longestPrompt:
			begin = at
		case !endsLike(line, wanted):
		case isEcho(squeeze(line), wanted, prompt), !found && isEcho(squeeze(text[begin:at]), wanted, prompt):
			end, found = at, true
		}
	}
	return text[end:], found
}

// cutRemains drops the first line of an answer that has no echo of its command, if it is what a line editor has left of one: the
// rest behind a wrap, the end behind a "$", other letters, asterisks. An answer may be a value alone, which this would be taken for.
func cutRemains(text, command string) string {
	const telling, shortest = 8, 3
	line, rest, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	got, wanted := strings.ToLower(squeeze(line)), strings.ToLower(squeeze(command))
	if len(line) > longestPrompt || got == "" || len(wanted) < shortest {
		return text
	}
	if strings.HasSuffix(wanted, got) || strings.HasSuffix(got, wanted[max(0, len(wanted)-telling):]) || len(got) >= shortest && strings.Trim(got, "*") == "" {
		return rest
	}
	return text
}

// endsLike rules out most lines without work.
func endsLike(line, command string) bool {
	line = strings.TrimSpace(line)
	return line != "" && line[len(line)-1] == command[len(command)-1]
}

// isEcho takes a line and a command without blanks.
func isEcho(line, command, prompt string) bool {
	before, ok := strings.CutSuffix(line, command)
	return ok && (before == "" || samePrompt([]byte(before), prompt))
}

func squeeze(s string) string {
	if !strings.ContainsAny(s, " \t\n") {
		return s
	}
	return strings.Join(strings.Fields(s), "")
}

// cutContext drops the lines at the end of an answer that belong to the prompt below it: "{master:0}".
func cutContext(text string, context []*regexp.Regexp) string {
	for {
		text = strings.TrimRight(text, "\n")
		at := strings.LastIndexByte(text, '\n') + 1
		if text == "" || !matchesLine(context, text[at:]) {
			return text
		}
		text = text[:at]
	}
}

// shownLine returns a current line as patterns see it: without trailing blanks; "" if it is too long to be meant.
func shownLine(line []byte) []byte {
	if len(line) > longestPrompt {
		return nil
	}
	return bytes.TrimRight(line, " \t")
}
