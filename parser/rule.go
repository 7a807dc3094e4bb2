package parser

import (
	"regexp"
	"slices"
	"strings"
)

// factRules are the ways to find one fact in a command's output, in order of preference.
type factRules struct {
	fact  fact
	rules []rule
}

// rule finds a value by the line it stands on, or by its key in JSON and XML.
type rule struct {
	line     *pattern                  // nil: key or sum tells
	key      []string                  // the end of a path; nil: line or sum tells
	where    map[string]*regexp.Regexp // neighbours of the key and what their values must match
	value    *regexp.Regexp            // the part of the key's value that counts; nil: all of it
	sum      []addend                  // nil: line or key tells
	field    bool                      // line is a field's: what is left of the separator is no value
	shown    string                    // as the definition has it
	after    *pattern                  // nil: armed from the first line
	until    *pattern                  // nil: armed to the end
	not      *regexp.Regexp            // nil: any value will do
	as       string                    // the conversion
	fallback bool                      // for a fact that no other rule of the platform has found
	all      bool                      // every line that matches counts
}

// addend is a key that tells a part of an uptime.
type addend struct{ key, unit string }

// distinct tells a rule that knows its line by one text from one that takes any, such as "^(\S+)$" for the answer to "hostname".
func (r *rule) distinct() bool {
	return r.line == nil || len(r.line.literals) == 1 && len(r.line.literals[0]) > 1 || r.after != nil
}

// alone reports a rule for an answer that is the value and nothing else, such as "^(\S+)$".
func (r *rule) alone() bool {
	return !r.distinct() && !r.field && strings.HasPrefix(r.shown, "^(") && strings.HasSuffix(r.shown, ")$") && strings.Count(r.shown, "(") == 1
}

// visit calls take for every line that matches while the rule is armed, with the captured text, until take returns true. Of an
// answer that should be the value alone the last line counts: ahead of it stands what a shell prints at every login.
func (r *rule) visit(text string, take func(at int, captured string) bool) {
	if r.alone() {
		type match struct {
			at       int
			captured string
		}
		var all []match
		r.scan(text, 0, func(at int, captured string) bool {
			all = append(all, match{at, captured})
			return false
		})
		for _, m := range slices.Backward(all) {
			if take(m.at, m.captured) {
				return
			}
		}
		return
	}
	armed(text, r.after, r.until, func(start, end int) bool { return r.scan(text[:end], start, take) })
}

// armed calls use for every part of a text that stands below a line that matches after, and above one that matches until,
// until use returns true. Without after there is one part, which begins with the text.
func armed(text string, after, until *pattern, use func(start, end int) bool) {
	pos := 0
	for {
		start, end := pos, len(text)
		if after != nil {
			line, ok := after.find(text, pos)
			if !ok {
				return
			}
			start = line.end + 1
		}
		disarmed := false
		if until != nil {
			if line, ok := until.find(text, start); ok {
				end, disarmed = line.start, true
			}
		}
		if start < end && use(start, end) || !disarmed || after == nil {
			return
		}
		pos = end
	}
}

// visitKeys does the same in JSON and XML. An uptime whose parts have keys of their own is put into words.
func (r *rule) visitKeys(root *element, take func(at int, captured string) bool) {
	root.visit(func(e *element) bool {
		if r.sum != nil {
			parts := e.sum(r.sum)
			return parts != "" && take(e.at, parts)
		}
		if e.value == "" || !e.isAt(r.key) || !e.isBeside(r.where) {
			return false
		}
		if r.value == nil {
			return take(e.at, e.value)
		}
		groups := r.value.FindStringSubmatchIndex(e.value)
		if groups == nil {
			return false
		}
		lo, hi := lastGroup(groups)
		return take(e.at, e.value[lo:hi])
	})
}

func (e *element) sum(addends []addend) string {
	var parts []string
	for _, a := range addends {
		c := e.child(a.key)
		if c == nil || c.value == "" {
			return ""
		}
		parts = append(parts, c.value+" "+a.unit)
	}
	return strings.Join(parts, " ")
}

func (e *element) isBeside(neighbours map[string]*regexp.Regexp) bool {
	for name, value := range neighbours {
		if c := e.parent.child(name); c == nil || !value.MatchString(c.value) {
			return false
		}
	}
	return true
}

func (r *rule) scan(text string, from int, take func(at int, captured string) bool) bool {
	for {
		line, ok := r.line.next(text, from)
		if !ok {
			return false
		}
		shown := line.of(text)
		if groups := r.line.re.FindStringSubmatchIndex(shown); groups != nil {
			lo, hi := lastGroup(groups)
			cut := hi < len(shown) && isPlaceholder(strings.TrimRight(shown[lo:], " \t|")) // the "Not" of "Not Specified"
			if !cut && take(line.start, shown[lo:hi]) {
				return true
			}
		}
		from = line.end + 1
	}
}

// lastGroup returns the place of the last group that took part, or of the whole match.
func lastGroup(groups []int) (lo, hi int) {
	for i := len(groups) - 2; i > 0; i -= 2 {
		if groups[i] >= 0 {
			return groups[i], groups[i+1]
		}
	}
	return groups[0], groups[1]
}
