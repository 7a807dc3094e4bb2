package version

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Glob is a pattern of a whole text, in which * stands for any text and ? for one character. A byte that is not UTF-8 is the
// character U+FFFD. The zero value matches the empty text. Make others with NewGlob.
type Glob struct{ pattern []rune } // without two * in a row

// IsGlob reports whether a text has * or ? in it.
func IsGlob(text string) bool { return strings.ContainsAny(text, "*?") }

// NewGlob reads a pattern. Every text is one.
func NewGlob(text string) Glob {
	return Glob{slices.CompactFunc([]rune(text), func(a, b rune) bool { return a == '*' && b == '*' })}
}

// Match reports whether the whole of a text is as the pattern says. It takes at most as many steps as the text has characters, times the
// longest part between two *, however many * there are.
func (g Glob) Match(text string) bool {
	next, star, from := 0, -1, 0 // the place in the pattern, that of the latest *, and where in the text what follows it was tried last
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case next < len(g.pattern) && g.pattern[next] == '*':
			star, from = next, at
			next++
		case next < len(g.pattern) && (g.pattern[next] == '?' || g.pattern[next] == r):
			next++
			at += size
		case star >= 0:
			_, skipped := utf8.DecodeRuneInString(text[from:])
			from += skipped
			next, at = star+1, from
		default:
			return false
		}
	}
	return next == len(g.pattern) || next == len(g.pattern)-1 && g.pattern[next] == '*'
}
