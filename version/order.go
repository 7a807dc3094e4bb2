// Package version knows how a platform's versions are ordered, and judges what a device runs: wanted, denied, at its end of life.
// It reads no file and knows no clock and no network; the platforms' orders come from their definitions.
package version

import (
	"regexp"
	"strconv"
	"strings"
)

// Order is how the versions of a platform are ordered. The zero value and nil know of a version only whether it is the same
// text. It is safe for concurrent use.
type Order struct {
	Forms  []*Form        `yaml:"forms,required,filled,list"` // families; a version belongs to the first that it has the form of
	Branch *regexp.Regexp `yaml:"branch"`                     // what it matches in a version is the branch that fixes are made for; nil: release and train

	readings readings
}

// Compare returns -1, 0 or 1 if a is before, equal to or after b. It is not ok if the two cannot be compared: if one has no form
// that is known, or if they are of different families, of different products, or of different trains of the same release.
func (o *Order) Compare(a, b string) (c int, ok bool) {
	if a == b {
		return 0, true
	}
	x, knownA := o.read(a)
	y, knownB := o.read(b)
	if !knownA || !knownB || !x.comparable(y) {
		return 0, false
	}
	return strings.Compare(x.order, y.order), true
}

// compareTo is Compare, except that an operand without a build means every build.
func (o *Order) compareTo(version, operand string) (c int, ok bool) {
	x, known := o.read(version)
	y, _ := o.read(operand)
	if known && !y.build && x.comparable(y) {
		return strings.Compare(x.bare, y.order), true
	}
	return o.Compare(version, operand)
}

func (r reading) comparable(s reading) bool {
	return r.family == s.family && (r.release != s.release || r.line == s.line)
}

// read takes a version apart; ok is false if it has no form that is known.
func (o *Order) read(version string) (r reading, ok bool) {
	if o == nil || len(version) > maxLength {
		return reading{}, false
	}
	return o.readings.of(version, o.readAnew)
}

func (o *Order) readAnew(version string) (r reading, ok bool) {
	for i, f := range o.Forms {
		if r, ok := f.read(version); ok {
			r.family = strconv.Itoa(i) + " " + r.family
			r.branch = r.line
			if o.Branch != nil {
				r.branch += string(appendKey(nil, o.Branch.FindString(version)))
			}
			return r, true
		}
	}
	return reading{}, false
}
