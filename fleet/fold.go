package fleet

import (
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

// Rows folds devices that are down for one cause into one row each, at the place of the first of them. Only the order "state"
// is folded, in which they come first.
func (m Matches) Rows() []Row {
	down, n := 0, len(m.at)
	if m.sort == "state" {
		for down < n && m.view.Devices[m.at[down]].State() == poll.Down {
			down++
		}
	}
	rows := make([]Row, 0, n)
	byCause := map[string]int{} // its row
	for _, s := range m.Slice(0, down) {
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
	rows = unfold(rows, n)
	for i := range m.at[down:] {
		rows = append(rows, Row{Devices: m.Slice(down+i, down+i+1)})
	}
	return rows
}

// unfold gives devices rows of their own where there are too few of a cause.
func unfold(folded []Row, room int) []Row {
	rows := make([]Row, 0, room)
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

// blank stands in a cause for what is the device's own.
const blank = "\x00"

// causeOf is the reason and the message without what differs from device to device: its name, its address, and numbers. That a
// credential is paused is a cause of its own for each credential.
func causeOf(s *poll.Status) string {
	if s.Reason == failure.Paused {
		return string(s.Reason) + blank + s.Device.Credential
	}
	host := s.Device.Address
	if i := strings.LastIndexByte(host, ':'); i > 0 {
		host = strings.Trim(host[:i], "[]")
	}
	text := s.Err
	for _, own := range []string{host, s.Device.Name} {
		if own != "" {
			text = strings.ReplaceAll(text, own, blank)
		}
	}
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

// common is the longest part of a cause that every message of it has.
func common(cause string) (longest string) {
	_, message, _ := strings.Cut(cause, blank)
	for _, part := range strings.FieldsFunc(message, func(r rune) bool { return r == 0 || r == '"' }) {
		if part = strings.Trim(part, " :"); len(part) > len(longest) {
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
