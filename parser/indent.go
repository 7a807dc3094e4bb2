package parser

import "strings"

// outdent takes off the blanks that every line begins with: people paste answers from documents and test files that indent
// them. The command's echo, which may stand farther left, does not count, and neither does the first line, whose blanks get
// lost where a text is trimmed: all tells that it had them. Without blanks to take off it returns "".
func outdent(text, command string) (flush string, all bool) {
	common, first, lines := -1, -1, 0
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		if shown := strings.TrimRight(rest, "\n"); shown == "" || strings.HasSuffix(shown, command) {
			continue
		}
		n := len(line) - len(rest)
		if lines++; lines == 1 {
			first = n
		} else if common < 0 || n < common {
			common = n
		}
		if common == 0 {
			return "", false
		}
	}
	if lines == 1 {
		common = first
	}
	if common <= 0 {
		return "", false
	}
	if all = first > 0; all {
		common = min(common, first)
	}
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		blanks := len(line) - len(strings.TrimLeft(line, " "))
		b.WriteString(line[min(common, blanks):])
	}
	return b.String(), all
}
