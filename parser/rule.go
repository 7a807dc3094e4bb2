package parser

import "regexp"

// factRules are the ways to find one fact in a command's output, in order of preference.
type factRules struct {
	fact  fact
	rules []rule
}

// rule finds a value by the line it stands on.
type rule struct {
	line  *pattern
	after *pattern       // nil: armed from the first line
	until *pattern       // nil: armed to the end
	not   *regexp.Regexp // nil: any value will do
	as    string         // the conversion
}

// distinct tells a rule that knows its line by a text from one that takes any, such as "^(\S+)$" for the answer to "hostname".
func (r *rule) distinct() bool { return len(r.line.literal) > 1 || r.after != nil }

// visit calls take for every line that matches while the rule is armed, with the captured text, until take returns true.
func (r *rule) visit(text string, take func(at int, captured string) bool) bool {
	pos := 0
	for {
		start, end := pos, len(text)
		if r.after != nil {
			line, ok := r.after.find(text, pos)
			if !ok {
				return false
			}
			start = line.end + 1
		}
		disarmed := false
		if r.until != nil {
			if line, ok := r.until.find(text, start); ok {
				end, disarmed = line.start, true
			}
		}
		if start < end && r.scan(text[:end], start, take) {
			return true
		}
		if !disarmed || r.after == nil {
			return false
		}
		pos = end
	}
}

func (r *rule) scan(text string, from int, take func(at int, captured string) bool) bool {
	for {
		line, ok := r.line.next(text, from)
		if !ok {
			return false
		}
		if groups := r.line.re.FindStringSubmatchIndex(line.of(text)); groups != nil {
			lo, hi := lastGroup(groups)
			if take(line.start, text[line.start+lo:line.start+hi]) {
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
