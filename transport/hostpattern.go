package transport

import "strings"

// hostPatterns is the list of patterns of one line: it fits a host that one of them fits, unless a negated one does, too.
type hostPatterns []hostPattern

type hostPattern struct {
	text   string
	negate bool
	hashed *hashedName // instead of the text
}

// parseHosts reads the field with the host names, which may also be one hashed name.
func parseHosts(list string) (hostPatterns, error) {
	if list[0] == '|' {
		name, err := parseHashed(list)
		return hostPatterns{{hashed: name}}, err
	}
	var patterns hostPatterns
	for text := range strings.SplitSeq(strings.ToLower(list), ",") {
		bare, negate := strings.CutPrefix(text, "!")
		patterns = append(patterns, hostPattern{text: strings.Clone(bare), negate: negate})
	}
	return patterns, nil
}

func (p *hostPattern) match(host string) bool {
	if p.hashed != nil {
		return p.hashed.is(host)
	}
	return wildcard(p.text, host)
}

func (p hostPatterns) match(host string) bool {
	fits := false
	for i := range p {
		if !p[i].match(host) {
			continue
		}
		if p[i].negate {
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
