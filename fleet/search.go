package fleet

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netver/netver_exporter/poll"
)

// term is one word of a search: a text that a device shall have somewhere, or key=value.
type term struct{ key, text string }

// split takes a search apart. Words are separated by spaces; quotes keep several together: model="Catalyst 9300".
func split(search string) (terms []term) {
	for search = strings.TrimSpace(search); search != ""; search = strings.TrimSpace(search) {
		key := ""
		if i := strings.IndexAny(search, "= \""); i > 0 && search[i] == '=' {
			key, search = search[:i], search[i+1:]
		}
		var word string
		if rest, quoted := strings.CutPrefix(search, `"`); quoted {
			word, search, _ = strings.Cut(rest, `"`)
		} else {
			word, search, _ = strings.Cut(search, " ")
		}
		if key+word != "" {
			terms = append(terms, term{key, word})
		}
	}
	return terms
}

// matcher makes the condition. A key is a parameter or the name of a label; what is neither is text like any other.
func (t term) matcher(at time.Time) func(*poll.Status) bool {
	if t.key == "" {
		return containing(t.text)
	}
	if _, ok := parameter(t.key); ok {
		return Filter{t.key, []string{t.text}}.matcher(at)
	}
	asLabel := Filter{LabelPrefix + t.key, []string{t.text}}.matcher(at)
	asText := containing(t.key + "=" + t.text)
	return func(s *poll.Status) bool { return asLabel(s) || asText(s) }
}

// containing looks for a text, without regard to case, in all that identifies a device or says how it is.
func containing(text string) func(*poll.Status) bool {
	text = strings.ToLower(text)
	return func(s *poll.Status) bool {
		f := &s.Facts
		if contains(s.Device.Name, text) || contains(s.Device.Address, text) || contains(f.Hostname, text) || contains(f.Serial, text) ||
			contains(f.Version, text) || contains(f.Model, text) || contains(s.Platform, text) || contains(string(s.Reason), text) || contains(s.Err, text) {
			return true
		}
		for _, l := range s.Device.Labels {
			if contains(l.Value, text) {
				return true
			}
		}
		for i := range f.Members {
			if contains(f.Members[i].Serial, text) {
				return true
			}
		}
		return false
	}
}

// contains reports whether a text has a part, which is in lower case, without regard to case.
func contains(text, part string) bool {
	if len(part) == 0 {
		return true
	}
	if part[0] >= utf8.RuneSelf {
		return strings.Contains(strings.ToLower(text), part)
	}
	upper := part[:1]
	if 'a' <= part[0] && part[0] <= 'z' {
		upper = string(part[0] - 'a' + 'A')
	}
	for i := 0; i+len(part) <= len(text); i++ {
		if (text[i] == part[0] || text[i] == upper[0]) && strings.EqualFold(text[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
