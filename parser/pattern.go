package parser

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// maxLine bounds the part of a line that patterns see, since RE2 is linear but not free.
const maxLine = 16 << 10

// pattern finds lines. Of the literals every match holds one: they find candidates at the speed of a string search, so
// that the expression runs on few lines.
type pattern struct {
	re       *regexp.Regexp
	literals []string // nil: any line may match
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
	return &pattern{re: re, literals: requiredLiterals(tree)}
}

// maxLiterals bounds the texts that are looked for, each of which costs a pass.
const maxLiterals = 4

// requiredLiterals returns the longest texts of which every match of the tree holds one, nil if there are none.
func requiredLiterals(tree *syntax.Regexp) []string {
	switch tree.Op {
	case syntax.OpLiteral:
		text := string(tree.Rune)
		if tree.Flags&syntax.FoldCase != 0 {
			text = longestCaseless(tree.Rune)
		}
		if text != "" {
			return []string{text}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiterals(tree.Sub[0])
	case syntax.OpRepeat:
		if tree.Min > 0 {
			return requiredLiterals(tree.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range tree.Sub {
			if l := requiredLiterals(sub); shortest(l) > shortest(best) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range tree.Sub {
			l := requiredLiterals(sub)
			if l == nil || len(all)+len(l) > maxLiterals {
				return nil
			}
			all = append(all, l...)
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest text, 0 if there is none.
func shortest(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	return len(slices.MinFunc(texts, func(a, b string) int { return len(a) - len(b) }))
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
	if p.literals != nil {
		rest := text[from:]
		at := len(rest)
		for _, literal := range p.literals { // where one begins before those so far
			if i := strings.Index(rest[:min(at+len(literal)-1, len(rest))], literal); i >= 0 {
				at = i
			}
		}
		if at == len(rest) {
			return span{}, false
		}
		if nl := strings.LastIndexByte(rest[:at], '\n'); nl >= 0 {
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

// submatches returns the first line at or after from that matches, and its groups: nil, and the end of the text, if there is none.
func (p *pattern) submatches(text string, from int) (line span, groups []string) {
	for {
		line, ok := p.next(text, from)
		if !ok {
			return span{len(text), len(text)}, nil
		}
		if groups := p.re.FindStringSubmatch(line.of(text)); groups != nil {
			return line, groups
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
