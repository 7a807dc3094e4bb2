package parser

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// writtenRule is a rule in its long form, or in the short one, which is the line's pattern alone. One of line, field, key
// and sum says where the value stands.
type writtenRule struct {
	Line     *regexp.Regexp            `yaml:"line,short"`
	Field    []string                  `yaml:"field,filled,list"`
	Key      string                    `yaml:"key,filled"`
	Sum      map[string]string         `yaml:"sum"`
	Value    *regexp.Regexp            `yaml:"value"`
	Where    map[string]*regexp.Regexp `yaml:"where"`
	After    *regexp.Regexp            `yaml:"after"`
	Until    *regexp.Regexp            `yaml:"until"`
	Not      *regexp.Regexp            `yaml:"not"`
	As       string                    `yaml:"as,filled"`
	Fallback bool                      `yaml:"fallback"`
	All      bool                      `yaml:"all"`
}

// writtenFacts is the rules of each fact.
type writtenFacts map[string][]writtenRule

// Keys are the names of facts.
func (writtenFacts) Keys() []string { return factNames() }

func (c *compiler) facts(written writtenFacts, at *strictyaml.Path) []factRules {
	known(c.document, at, written, factNames())
	var found []factRules
	for f := range factCount {
		if len(written[f.String()]) == 0 {
			continue
		}
		all := factRules{fact: f}
		for i := range written[f.String()] {
			place := func() *strictyaml.Path { return c.document.Item(at.Child(f.String()), i) }
			all.rules = append(all.rules, c.rule(&written[f.String()][i], f, f.kind(), f.kinds(), place))
		}
		found = append(found, all)
	}
	return found
}

// rule compiles a rule of a fact, or of a gauge if f is factCount; as is the conversion it has by default, and kinds are
// those that it may name.
func (c *compiler) rule(w *writtenRule, f fact, as string, kinds []string, place func() *strictyaml.Path) rule {
	if w.As != "" {
		as = w.As
	}
	if !slices.Contains(kinds, as) {
		c.document.Fault(place().Child("as"), "%s", strictyaml.NotOneOf(as, kinds))
	}
	if fault := w.fault(); fault != "" {
		c.document.Fault(place(), "%s", fault)
	}
	r := rule{after: newPattern(w.After), until: newPattern(w.Until), not: w.Not, as: as, where: w.Where, fallback: w.Fallback, all: w.All}
	if w.All && f != factPatch {
		c.document.Fault(place().Child("all"), "only a device's patches are a list; write one rule for each value")
	}
	switch {
	case w.Field != nil:
		r.field, r.line, r.shown = true, newPattern(fieldPattern(w.Field, w.Value, f)), "field "+strings.Join(w.Field, ", ")
	case w.Key != "":
		r.key, r.value, r.shown = strings.Split(w.Key, "/"), w.Value, "key "+w.Key
	case w.Sum != nil:
		r.sum, r.shown = c.sum(w.Sum, place), "sum of keys"
	case w.Line != nil:
		r.line, r.shown = newPattern(w.Line), w.Line.String()
	}
	return r
}

// fault says what is wrong with a rule as a whole, "" if nothing is.
func (w *writtenRule) fault() string {
	ways := 0
	for _, given := range []bool{w.Line != nil, w.Field != nil, w.Key != "", w.Sum != nil} {
		if given {
			ways++
		}
	}
	switch {
	case ways == 0:
		return "needs one of line, field, key and sum to say where the value stands"
	case ways > 1:
		return "only one of line, field, key and sum can say where the value stands"
	case w.Value != nil && w.Field == nil && w.Key == "":
		return "value belongs to field and key; a group of line tells the value"
	case w.Where != nil && w.Key == "":
		return "where belongs to key"
	case (w.Key != "" || w.Sum != nil) && (w.After != nil || w.Until != nil):
		return "after and until are for lines; a key has a path and where"
	}
	return ""
}

// sumUnits are the units of the parts of an uptime, in the order in which they are put into words.
var sumUnits = []string{"days", "hours", "minutes", "seconds"}

func (c *compiler) sum(written map[string]string, place func() *strictyaml.Path) []addend {
	var found []addend
	for _, key := range slices.Sorted(maps.Keys(written)) {
		if !slices.Contains(sumUnits, written[key]) {
			c.document.Fault(place().Child("sum").Child(key), "%s", strictyaml.NotOneOf(written[key], sumUnits))
		}
		found = append(found, addend{key, written[key]})
	}
	slices.SortStableFunc(found, func(a, b addend) int { return slices.Index(sumUnits, a.unit) - slices.Index(sumUnits, b.unit) })
	return found
}
