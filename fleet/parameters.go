package fleet

import (
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/poll"
)

// Parameter is a filter of a URL, and a key of a search.
type Parameter struct {
	Name  string
	Text  string   // what it selects, for the documentation
	Words []string // the only values that there are; nil: any text, in which * and ? are wildcards

	named bool // its values are names of the configuration
	words words
}

// words are what a device has under a parameter: one word or several. One of the two is nil.
type words struct {
	one     func(s *poll.Status) string // "": there is none
	several func(to []string, s *poll.Status, at time.Time) []string
}

// Parameters is every filter, in the order in which a page names them. Beside them there is label.NAME for every label.
var Parameters = []Parameter{
	{"state", "state of the device", wordsFrom(poll.States), false, one(func(s *poll.Status) string { return string(s.State()) })},
	{"verdict", "what the policy says of the version; a device may have several", verdictWords, false, several(verdicts)},
	{"platform", "platform, by id", nil, true, one(func(s *poll.Status) string { return s.Platform })},
	{"vendor", "vendor of the platform", nil, false, one(func(s *poll.Status) string { return s.Vendor })},
	{"model", "model", nil, false, one(func(s *poll.Status) string { return s.Facts.Model })},
	{"version", "version, as the device tells it", nil, false, one(func(s *poll.Status) string { return s.Facts.Version })},
	{"group", "group of the configuration", nil, true, one(func(s *poll.Status) string { return s.Device.Group })},
	{"reason", "why the latest poll failed", reasons(), false, one(reason)},
	{"advisory", "note of an entry that denies the version", nil, false, several(advisories)},
	{"credential", "name of the credential", nil, true, one(func(s *poll.Status) string { return s.Device.Credential })},
	{"rule", "rule of the policy that judges the version, or will", nil, true, several(rules)},
	{"release", "release whose end of life is known", nil, false, one(release)},
	{"changed", "what has changed within the last hour", changeWords, false, several(changes)},
}

// LabelPrefix begins the parameters for the operator's labels.
const LabelPrefix = "label."

func one(of func(*poll.Status) string) words { return words{one: of} }

func several(of func(to []string, s *poll.Status, at time.Time) []string) words {
	return words{several: of}
}

// filterNames are the names of all filters, with the placeholder of the labels'.
func filterNames() (names []string) {
	for _, p := range Parameters {
		names = append(names, p.Name)
	}
	return append(names, LabelPrefix+"NAME")
}

// parameter finds a parameter by name.
func parameter(name string) (p Parameter, ok bool) {
	if label, ok := strings.CutPrefix(name, LabelPrefix); ok && label != "" {
		return Parameter{Name: name, Text: "the label " + label, words: one(labelOf(label))}, true
	}
	i := slices.IndexFunc(Parameters, func(p Parameter) bool { return p.Name == name })
	if i < 0 {
		return Parameter{}, false
	}
	return Parameters[i], true
}

func wordsOf(name string) (words, bool) {
	p, ok := parameter(name)
	return p.words, ok
}

func labelOf(name string) func(*poll.Status) string {
	return func(s *poll.Status) string { return Label(s, name) }
}

// Label is the value of one of the operator's labels; "": the device does not have it.
func Label(s *poll.Status, name string) string {
	for _, l := range s.Device.Labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

// reason is why the device is down.
func reason(s *poll.Status) string {
	if s.State() != poll.Down {
		return ""
	}
	return string(s.Reason)
}

func reasons() []string {
	all := wordsFrom(failure.Reasons)
	slices.Sort(all)
	return all
}

func wordsFrom[T ~string](closedList []T) []string {
	all := make([]string, len(closedList))
	for i, word := range closedList {
		all[i] = string(word)
	}
	return all
}

func advisories(to []string, s *poll.Status, _ time.Time) []string {
	if s.Verdict == nil {
		return to
	}
	for _, d := range s.Verdict.Denied {
		if !slices.Contains(to, d.Note) {
			to = append(to, d.Note)
		}
	}
	return to
}

func rules(to []string, s *poll.Status, _ time.Time) []string {
	if s.Verdict == nil {
		return to
	}
	for _, name := range []string{s.Verdict.Rule, s.Verdict.Planned} {
		if name != "" {
			to = append(to, name)
		}
	}
	return to
}

func release(s *poll.Status) string {
	if s.Verdict == nil || s.Verdict.EOL == nil {
		return ""
	}
	return s.Verdict.EOL.Release
}
