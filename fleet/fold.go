package fleet

import (
	"regexp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/poll"
)

// fewest is how many devices that fail alike are one row.
const fewest = 3

// Row is a device, or several that fail for one cause.
type Row struct {
	Devices []*poll.Status // at least one; in the order of the matches
	Search  string         // what their messages have in common; "": their reason and credential say it, or it is one device
}

// Rows are matches for a table. They must not be changed.
type Rows struct {
	folded  []Row
	matches Matches
	down    int // how many of the matches are in folded
}

// Rows are the matches, each for itself.
func (m Matches) Rows() Rows { return Rows{matches: m} }

// Fold folds devices that are down for one cause into one row each, at the place of the first of them. The order has to be
// "state", in which they come first.
func (m Matches) Fold() Rows {
	r := Rows{matches: m}
	for r.down < len(m.at) && m.view.Devices[m.at[r.down]].State() == poll.Down {
		r.down++
	}
	var rows []Row
	byCause := map[string]int{} // its row
	for _, s := range m.Slice(0, r.down) {
		cause := causeOf(s)
		if i, known := byCause[cause]; known {
			rows[i].Devices = append(rows[i].Devices, s)
			continue
		}
		byCause[cause] = len(rows)
		row := Row{Devices: []*poll.Status{s}}
		if s.Reason != failure.Paused {
			row.Search = common(cause)
		}
		rows = append(rows, row)
	}
	r.folded = unfold(rows, r.down)
	return r
}

// Len is how many there are.
func (r Rows) Len() int { return len(r.folded) + r.matches.Len() - r.down }

// Slice returns those from one place to before another; places beyond the end are the end.
func (r Rows) Slice(from, to int) []Row {
	n := len(r.folded)
	rows := slices.Clone(r.folded[min(from, n):min(to, n)])
	single := r.matches.Slice(r.down+max(0, from-n), r.down+max(0, to-n))
	for i := range single {
		rows = append(rows, Row{Devices: single[i : i+1]})
	}
	return rows
}

// Before is how many devices the rows before a place stand for.
func (r Rows) Before(place int) int {
	place = min(place, r.Len())
	devices := max(0, place-len(r.folded))
	for _, row := range r.folded[:min(place, len(r.folded))] {
		devices += len(row.Devices)
	}
	return devices
}

// unfold gives devices rows of their own where there are too few of a cause. There are at most as many rows as devices.
func unfold(folded []Row, most int) []Row {
	rows := make([]Row, 0, most)
	for _, r := range folded {
		if len(r.Devices) >= fewest {
			rows = append(rows, r)
			continue
		}
		for i := range r.Devices {
			rows = append(rows, Row{Devices: r.Devices[i : i+1]})
		}
	}
	return rows
}

// fingerprint is that of a key, which no two devices share.
var fingerprint = regexp.MustCompile(`SHA256:[^\s,;]+`)

// blank stands in a cause for what is the device's own.
const blank = "\x00"

// causeOf is the reason and the message without what differs from device to device: its name, its address, fingerprints and
// numbers. That a
// credential is paused is a cause of its own for each credential.
func causeOf(s *poll.Status) string {
	if s.Reason == failure.Paused {
		return string(s.Reason) + blank + s.Device.Credential
	}
	text := fingerprint.ReplaceAllString(replaceOwn(s, blank), blank)
	cause := make([]byte, 0, len(s.Reason)+1+len(text))
	cause = append(append(cause, s.Reason...), blank...)
	for i := range len(text) {
		switch c := text[i]; {
		case c < '0' || c > '9':
			cause = append(cause, c)
		case cause[len(cause)-1] != blank[0]:
			cause = append(cause, blank...)
		}
	}
	return string(cause)
}

// replaceOwn is the message with something else in the place of the device's name and address.
func replaceOwn(s *poll.Status, by string) string {
	host := s.Device.Address
	if i := strings.LastIndexByte(host, ':'); i > 0 {
		host = strings.Trim(host[:i], "[]")
	}
	text := s.Err
	for _, own := range []string{host, s.Device.Name} {
		if own != "" {
			text = strings.ReplaceAll(text, own, by)
		}
	}
	return text
}

// Message is the message of the device, or of the first one without its name, address and fingerprint.
func (r Row) Message() string {
	if len(r.Devices) == 1 {
		return r.Devices[0].Err
	}
	return fingerprint.ReplaceAllString(replaceOwn(r.Devices[0], "…"), "…")
}

// common is the longest part of a cause that every message of it has.
func common(cause string) (longest string) {
	_, message, _ := strings.Cut(cause, blank)
	for _, part := range strings.FieldsFunc(message, func(r rune) bool { return r == 0 || r == '"' }) {
		if part = strings.Trim(part, " :,;"); len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// Shared are the labels that all devices of a row have alike, as "site=ams1".
func (r Row) Shared() (labels []string) {
	for _, l := range r.Devices[0].Device.Labels {
		same := true
		for _, s := range r.Devices[1:] {
			same = same && Label(s, l.Name) == l.Value
		}
		if same {
			labels = append(labels, l.Name+"="+l.Value)
		}
	}
	return labels
}
