package parser

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// maxLine bounds the part of a line that patterns see, since RE2 is linear but not free.
const maxLine = 16 << 10

// pattern finds lines. The literal, a text that every match holds, finds candidates at the speed of a string search, so
// that the expression runs on few lines.
type pattern struct {
	re      *regexp.Regexp
	literal string
}

// newPattern returns nil for nil.
func newPattern(re *regexp.Regexp) *pattern {
	if re == nil {
		return nil
	}
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil { // cannot happen: it compiled
		return &pattern{re: re}
	}
	return &pattern{re: re, literal: requiredLiteral(tree)}
}

// requiredLiteral returns the longest text that every match of the tree holds, "" if there is none.
func requiredLiteral(tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		if tree.Flags&syntax.FoldCase == 0 {
			return string(tree.Rune)
		}
		return longestCaseless(tree.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiteral(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return requiredLiteral(tree.Sub[0])
		}
	case syntax.OpConcat:
		longest := ""
		for _, sub := range tree.Sub {
			if s := requiredLiteral(sub); len(s) > len(longest) {
				longest = s
			}
		}
		return longest
	}
	return ""
}

// longestCaseless returns the longest run of characters that have no other case.
func longestCaseless(runes []rune) string {
	longest := ""
	for _, run := range strings.FieldsFunc(string(runes), func(r rune) bool { return unicode.SimpleFold(r) != r }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// span is a line's place in a text, without its end.
type span struct{ start, end int }

// next returns the first line at or after from, which must be the start of a line, that may match; ok is false if there is none.
func (p *pattern) next(text string, from int) (line span, ok bool) {
	if from >= len(text) {
		return span{}, false
	}
	start := from
	if p.literal != "" {
		i := strings.Index(text[from:], p.literal)
		if i < 0 {
			return span{}, false
		}
		if nl := strings.LastIndexByte(text[from:from+i], '\n'); nl >= 0 {
			start = from + nl + 1
		}
	}
	return lineAt(text, start), true
}

// find returns the first line at or after from that matches.
func (p *pattern) find(text string, from int) (line span, ok bool) {
	for {
		line, ok = p.next(text, from)
		if !ok || p.re.MatchString(line.of(text)) {
			return line, ok
		}
		from = line.end + 1
	}
}

func lineAt(text string, start int) span {
	if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
		return span{start, start + n}
	}
	return span{start, len(text)}
}

func (s span) of(text string) string { return text[s.start:min(s.end, s.start+maxLine)] }
