package transport

import "strings"

// hostPatterns is the list of patterns of one line: it fits a host that one of them fits, unless a negated one does, too.
type hostPatterns []hostPattern

type hostPattern struct {
	text   string
	negate bool
}

func parseHosts(list string) hostPatterns {
	var patterns hostPatterns
	for text := range strings.SplitSeq(strings.ToLower(list), ",") {
		bare, negate := strings.CutPrefix(text, "!")
		patterns = append(patterns, hostPattern{strings.Clone(bare), negate})
	}
	return patterns
}

func (p hostPatterns) match(host string) bool {
	fits := false
	for _, one := range p {
		if !wildcard(one.text, host) {
			continue
		}
		if one.negate {
			return false
		}
		fits = true
	}
	return fits
}

// wildcard matches "*" and "?". On a mismatch it only ever goes back to the last star, so that no pattern takes
// exponential time.
func wildcard(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
