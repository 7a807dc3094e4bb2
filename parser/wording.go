package parser

import (
	"regexp"
	"strings"
)

// What a device says is written as plain text, which is found without regard to case and blanks, or as a pattern between
// slashes. Plain text of a lineStart stands at the start of a line, of a lineEnd at its end.
type (
	lineStart struct {
		*regexp.Regexp
		words string // squeezed; "": it is a pattern
	}
	lineEnd struct{ *regexp.Regexp }
)

// endings do not count at the end of a question.
const endings = ":?."

func (w *lineStart) UnmarshalText(text []byte) (err error) {
	w.Regexp, err = wording(string(text), func(words string) string {
		w.words = string(squeeze(make([]byte, 0, longestError), string(text)))
		return `(?i)^\s*` + words
	})
	return err
}

func (w *lineEnd) UnmarshalText(text []byte) (err error) {
	trimmed := strings.TrimRight(string(text), " "+endings)
	if strings.HasPrefix(trimmed, "/") {
		trimmed = string(text)
	}
	w.Regexp, err = wording(trimmed, func(words string) string { return `(?i)` + words + `[\s` + endings + `]*$` })
	return err
}

func wording(text string, plain func(words string) string) (*regexp.Regexp, error) {
	if len(text) > 2 && text[0] == '/' && text[len(text)-1] == '/' {
		return regexp.Compile(text[1 : len(text)-1])
	}
	words := strings.Fields(text)
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	return regexp.Compile(plain(strings.Join(words, `\s*`)))
}
