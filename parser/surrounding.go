package parser

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// surrounding is a pattern of what stands around answers: prompts, and the lines that belong to them. One that begins at the
// start of a line may begin behind blanks, or behind what is left of a terminal's control sequence whose escape character got lost.
type surrounding struct{ *regexp.Regexp }

const remnants = `^(?:[ \t]|\[\??[\d;]*[A-HJKSTfhlmnsu])*`

func (s *surrounding) UnmarshalText(text []byte) (err error) {
	s.Regexp, err = surround(string(text))
	return err
}

func surround(pattern string) (*regexp.Regexp, error) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	flags, rest, anchored := strings.Cut(pattern, "^")
	if anchored && (flags == "" || flags == "(?i)") && tree.Op == syntax.OpConcat {
		pattern = flags + remnants + rest
	}
	return regexp.Compile(pattern)
}

// mustSurround is for patterns of the program's own.
func mustSurround(pattern string) *regexp.Regexp {
	re, err := surround(pattern)
	if err != nil {
		panic(err)
	}
	return re
}

func patterns(written []surrounding) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, s := range written {
		all = append(all, s.Regexp)
	}
	return all
}
