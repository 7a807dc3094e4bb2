package version

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// maxLength is far above any version; a longer text has no form.
const maxLength = 200

// Form is the way in which a vendor writes the versions of one family. What its groups capture is compared, group by group; what
// is outside of all groups says nothing about the order. Make it with ParseForm.
type Form struct {
	pattern *regexp.Regexp
	release int   // index of the group, 0 if there is none
	train   int   // as release
	product int   // as release
	build   int   // as release
	parts   []int // the other groups and the train, in order
	before  map[int]bool
}

// ParseForm reads a regular expression of the whole version. Groups may have these names:
//
//	release   the number that leads: it is compared first
//	train     versions of the same release and of different trains cannot be compared
//	product   versions of different products cannot be compared; it says nothing about the order
//	build     a version without it, in a rule, means every build
//	before…   a version that has this part is before the one that does not ("rc1")
func ParseForm(pattern string) (*Form, error) {
	if _, err := syntax.Parse(pattern, syntax.Perl); err != nil { // by itself: ")(" is no form, although "(?:)()" is a pattern
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	f := &Form{pattern: regexp.MustCompile(`^(?:` + pattern + `)$`), before: map[int]bool{}}
	for i, name := range f.pattern.SubexpNames() {
		switch {
		case i == 0:
			continue
		case name == "release":
			f.release = i
			continue
		case name == "product":
			f.product = i
			continue
		case name == "train":
			f.train = i
		case name == "build":
			f.build = i
		case strings.HasPrefix(name, "before"):
			f.before[i] = true
		case name != "":
			return nil, fmt.Errorf("unknown group %q: the names are release, train, product, build and before", name)
		}
		f.parts = append(f.parts, i)
	}
	if f.release == 0 && len(f.parts) == 0 {
		return nil, errors.New("no group: what is to be compared must stand in one")
	}
	return f, nil
}

// UnmarshalText reads a form as ParseForm does, which is how definitions are decoded.
func (f *Form) UnmarshalText(text []byte) error {
	form, err := ParseForm(string(text))
	if err != nil {
		return err
	}
	*f = *form
	return nil
}

// reading is a version taken apart. Its fields are keys, so that equal ones mean the same.
type reading struct {
	family  string // of the form and the product
	release string
	line    string // release and train
	branch  string // that fixes are made for
	order   string
	build   bool   // there is one
	bare    string // order, as if there were no build
}

// read takes a version apart; ok is false if it has another form.
func (f *Form) read(version string) (r reading, ok bool) {
	groups := f.pattern.FindStringSubmatchIndex(version)
	if groups == nil {
		return reading{}, false
	}
	text := func(i int) string {
		if i == 0 || groups[2*i] < 0 {
			return ""
		}
		return version[groups[2*i]:groups[2*i+1]]
	}
	r.family = string(appendKey(nil, text(f.product)))
	r.release = string(appendKey(nil, text(f.release)))
	r.line = string(appendKey(nil, text(f.release)+" "+text(f.train)))
	r.build = text(f.build) != ""
	order, bare := []byte(r.release), []byte(r.release)
	for _, i := range f.parts {
		part := f.appendPart(nil, i, text(i))
		order = append(order, part...)
		if i == f.build {
			part = f.appendPart(nil, i, "")
		}
		bare = append(bare, part...)
	}
	r.order, r.bare = string(order), string(bare)
	return r, true
}

// appendPart appends what group i captured.
func (f *Form) appendPart(key []byte, i int, text string) []byte {
	switch {
	case !f.before[i]:
		return appendKey(key, text)
	case text == "":
		return append(key, absent)
	}
	return appendKey(append(key, present), text)
}
