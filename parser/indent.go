package parser

import "strings"

// outdent takes off the blanks that every line begins with: people paste answers from documents and test files that indent
// them. The command's echo, which may stand farther left, does not count. It reports false if there is nothing to take off.
func outdent(text, command string) (string, bool) {
	common := -1
	for line := range strings.Lines(text) {
		rest := strings.TrimLeft(line, " ")
		if shown := strings.TrimRight(rest, "\n"); shown == "" || strings.HasSuffix(shown, command) {
			continue
		}
		if n := len(line) - len(rest); common < 0 || n < common {
			common = n
		}
		if common == 0 {
			return "", false
		}
	}
	if common <= 0 {
		return "", false
	}
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		blanks := len(line) - len(strings.TrimLeft(line, " "))
		b.WriteString(line[min(common, blanks):])
	}
	return b.String(), true
}
