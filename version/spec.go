package version

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Answer is what can be said of a version. The zero value is Unknown: what cannot be compared is never guessed.
type Answer int

// The answers.
const (
	Unknown Answer = iota
	No
	Yes
)

func (a Answer) String() string { return [...]string{"unknown", "no", "yes"}[a] }

func answer(b bool) Answer {
	if b {
		return Yes
	}
	return No
}

// or returns Yes if one of the two is Yes, and Unknown if one may be.
func (a Answer) or(b Answer) Answer {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return No
}

// Spec is a text that versions meet or do not meet: an exact version, a glob or a comparison. Make it with ParseSpec.
type Spec struct {
	text    string
	globs   []Glob // of a version as it is, and of withoutZeros; nil: none
	accepts []int  // results of Compare that meet a comparison; nil: none
	operand string
}

var (
	comparison = regexp.MustCompile(`(?s)^([<>=!~^]+) *(.*)$`)
	operators  = map[string][]int{"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "=": {0}}
)

// ParseSpec reads "10.2(5)", "10.4(*)" or ">= 10.3(4a)". In a glob * stands for any text and ? for one character.
func ParseSpec(text string) (Spec, error) {
	text = strings.TrimSpace(text)
	s := Spec{text: text, operand: text}
	if m := comparison.FindStringSubmatch(text); m != nil {
		s.accepts, s.operand = operators[m[1]], m[2]
		switch {
		case s.accepts == nil:
			return Spec{}, fmt.Errorf("%q: unknown comparison %q; there are <, <=, =, >= and >", text, m[1])
		case IsGlob(s.operand):
			return Spec{}, fmt.Errorf("%q: a comparison needs a whole version, without * and ?", text)
		}
	} else if IsGlob(text) {
		s.globs = []Glob{NewGlob(text), NewGlob(withoutZeros(text))}
	}
	if s.operand == "" {
		return Spec{}, fmt.Errorf("%q: the version is missing", text)
	}
	return s, nil
}

// UnmarshalText reads a Spec as ParseSpec does, which is how rules are decoded.
func (s *Spec) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSpec(string(text))
	return err
}

// String returns the text that the Spec was read from.
func (s Spec) String() string { return s.text }

// Check says whether the Spec can work under an order: a comparison needs a version that the order knows.
func (s Spec) Check(o *Order) error {
	if s.accepts == nil {
		return nil
	}
	return o.Check(s.operand)
}

// ErrForm is the kind of a version that the platform's order does not know, though there is one.
var ErrForm = errors.New("does not have the form of the platform's versions")

// Check returns an error if no version can be compared with this one.
func (o *Order) Check(version string) error {
	if o == nil || len(o.Forms) == 0 {
		return fmt.Errorf("the platform's versions have no order, so that %q cannot be compared", version)
	}
	if !o.knows(version) {
		return fmt.Errorf("%q %w", version, ErrForm)
	}
	return nil
}

// Meets says whether a version meets the Spec. Unknown: the version has no form that the order knows, or it cannot be compared
// with that of a comparison. Without an order, exact versions and globs go by the text.
func (s Spec) Meets(o *Order, version string) Answer {
	c, ok := o.compareTo(version, s.operand)
	switch {
	case s.globs != nil && (s.globs[0].Match(version) || s.globs[1].Match(withoutZeros(version))):
		return Yes
	case s.accepts == nil && ok && c == 0:
		return Yes
	case s.accepts != nil && ok:
		return answer(slices.Contains(s.accepts, c))
	case s.accepts != nil, !o.knows(version):
		return Unknown
	}
	return No
}

// knows says whether a version has a form of the order. Without an order every text is a version.
func (o *Order) knows(version string) bool {
	if o == nil || len(o.Forms) == 0 {
		return true
	}
	_, known := o.read(version)
	return known
}

var leadingZeros = regexp.MustCompile(`(^|\D)0+(\d)`)

// withoutZeros makes "17.09.04a" and "17.9.4a" one text.
func withoutZeros(version string) string { return leadingZeros.ReplaceAllString(version, "$1$2") }
