// Package terminal turns what a device sent into what a terminal would have shown.
// It knows control characters, escape sequences and redraws; it does not know prompts, pagers or platforms.
package terminal

import (
	"strings"
	"unicode/utf8"
)

// Clean returns the text a terminal would show: no escape sequences, redraws and backspaces applied, lines ended by
// "\n" without trailing blanks, valid UTF-8. Text that is clean already comes back as it is, without a copy.
func Clean(raw string) string {
	if isClean(raw) {
		return raw
	}
	s := Screen{text: make([]byte, 0, len(raw))}
	s.write([]byte(raw))
	s.end()
	return s.Text()
}

func isClean(raw string) bool {
	blank := false
	for i := range len(raw) {
		switch c := raw[i]; {
		case c == '\n':
			if blank {
				return false
			}
		case !plain(c):
			return false
		default:
			blank = c == ' ' || c == '\t'
			continue
		}
		blank = false
	}
	return !blank && utf8.ValidString(raw)
}

// plain reports whether a byte is shown as it is.
func plain(c byte) bool { return c >= ' ' && c != 0x7f || c == '\t' }

// valid replaces each run of bytes that are not UTF-8 by one U+FFFD.
func valid(text string) string { return strings.ToValidUTF8(text, string(utf8.RuneError)) }
