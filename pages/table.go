package pages

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// pageSize is how many rows a page has.
const pageSize = 100

// messageRoom is how many bytes the messages of one page have together, and leastMessage how many each has at least: a
// page of failures is bounded, whatever devices say. The device's own page has the whole message.
const (
	messageRoom  = 10_000
	leastMessage = 90
)

// mostTried is for how many filters a page without devices finds out how many there would be without each: it asks once for each.
const mostTried = 8

// table is a page of devices.
type table struct {
	Columns []column
	Rows    []row
	Pager   pager
	Empty   *empty
}

// column leads to its order.
type column struct {
	Text, Href, Sorted string
}

// row is a device, or several that fail for one cause.
type row struct {
	State, StateClass          string
	Name, Href                 string
	Labels                     string
	Platform, Model            string
	Version, Badge, BadgeClass string
	Uptime                     string
	Polled, PolledAt           string
	Took                       string
	Reason, Message            string
	devices                    int
}

// pager leads to the pages before and after.
type pager struct {
	Text, Previous, Next string
}

// empty is what stands in the place of no devices.
type empty struct {
	Title string
	Words []link
}

func newTable(v *fleet.View, q fleet.Query, page int) table {
	if q.Sort == "" {
		q.Sort = worstFirst
	}
	matches := v.Find(q)
	labels := v.Labels(shownLabels)
	t := table{Columns: columns(q, labels)}
	if matches.Len() == 0 {
		t.Pager = pager{Text: "0 of " + number(len(v.Devices))}
		t.Empty = nothing(v, q)
		return t
	}
	rows := matches.Rows()
	if q.Search == "" && q.Value("reason") == "" && q.Sort == worstFirst {
		rows = matches.Fold()
	}
	pages := (rows.Len() + pageSize - 1) / pageSize
	page = min(max(page, 1), pages)
	first, end := (page-1)*pageSize, page*pageSize
	shown := rows.Slice(first, end)
	failing := 0
	for _, r := range shown {
		if r.Devices[0].State() == poll.Down {
			failing++
		}
	}
	longest := max(leastMessage, messageRoom/max(1, failing))
	for _, r := range shown {
		t.Rows = append(t.Rows, newRow(v, q, r, labels, longest))
	}
	t.Pager = pager{Text: fmt.Sprintf("%s–%s of %s", number(rows.Before(first)+1), number(rows.Before(min(end, rows.Len()))), number(matches.Len()))}
	if page > 1 {
		t.Pager.Previous = address(q, page-1)
	}
	if page < pages {
		t.Pager.Next = address(q, page+1)
	}
	return t
}

// columns are those of the table.
func columns(q fleet.Query, labels []string) []column {
	all := []struct{ text, sort string }{
		{"State", worstFirst}, {"Device", "device"}, {strings.Join(labels, " · "), ""}, {"Platform, model", "platform"},
		{"Version", "version"}, {"Uptime", "uptime"}, {"Last poll", "last_poll"}, {"Took", "duration"},
	}
	if len(labels) > 0 {
		all[2].sort = fleet.LabelPrefix + labels[0]
	}
	made := make([]column, len(all))
	for i, c := range all {
		made[i] = column{Text: c.text}
		if c.sort == "" {
			continue
		}
		next := q
		next.Sort = c.sort
		switch q.Sort {
		case c.sort:
			made[i].Sorted = "ascending"
			next.Sort = "-" + c.sort
		case "-" + c.sort:
			made[i].Sorted = "descending"
		}
		made[i].Href = address(next, 1)
	}
	return made
}

func newRow(v *fleet.View, q fleet.Query, r fleet.Row, labels []string, longest int) row {
	s := r.Devices[0]
	made := row{Platform: s.Platform, devices: len(r.Devices)}
	made.State, made.StateClass = stateText(s.State())
	if s.State() == poll.Down {
		made.Reason, made.Message = string(s.Reason), shorten(r.Message(), longest)
	}
	if len(r.Devices) > 1 {
		return fold(q, r, made)
	}
	made.Name, made.Href = s.Device.Name, "devices/"+url.PathEscape(s.Device.Name)
	made.Labels, made.Model, made.Version = labelsOf(s, labels), s.Facts.Model, s.Facts.Version
	made.Badge, made.BadgeClass = badge(v, s)
	if s.Facts.Uptime != nil {
		made.Uptime = age(s.Facts.Uptime.Age)
	}
	if !s.Pending() {
		made.Polled, made.PolledAt, made.Took = ago(s.LastPoll, v.At), stamp(s.LastPoll), seconds(s.Duration)
	}
	return made
}

// fold is a row of several devices. It leads to them.
func fold(q fleet.Query, r fleet.Row, made row) row {
	made.Name = plural(len(r.Devices), "device")
	all := q.With("reason", made.Reason)
	if r.Search != "" {
		all.Search = `"` + r.Search + `"`
	} else {
		all = all.With("credential", r.Devices[0].Device.Credential)
	}
	made.Href = address(all, 1)
	made.Labels = strings.Join(r.Shared(), " ")
	for _, s := range r.Devices {
		if s.Platform != made.Platform {
			made.Platform = ""
		}
	}
	return made
}

func stateText(state poll.State) (text, class string) {
	for _, s := range states {
		if s.state == state {
			text, class = s.text, s.class
		}
	}
	if state == poll.Down {
		class += " chip"
	}
	return text, class
}

// badge is the verdict beside a version.
func badge(v *fleet.View, s *poll.Status) (text, class string) {
	verdict := v.Badge(s)
	text, class = verdictText(verdict)
	switch verdict {
	case fleet.EndOfLife:
		text = endOfLife(s.Verdict.EOL.Time, v.At)
		fallthrough
	case fleet.Denied, fleet.NotCompliant:
		class += " chip"
	case fleet.NoRule:
		return "", "" // of a fleet with few rules it would be in every row
	}
	return text, class
}

// labelsOf are the values of some labels.
func labelsOf(s *poll.Status, names []string) string {
	var values []string
	for _, name := range names {
		if value := fleet.Label(s, name); value != "" {
			values = append(values, value)
		}
	}
	return strings.Join(values, " · ")
}

// nothing says why no device is in the list, and what to do.
func nothing(v *fleet.View, q fleet.Query) *empty {
	show := []link{words(" "), {Text: "Show all devices", Href: clearAll(q)}}
	active := chips(q)
	switch {
	case len(v.Devices) == 0 && v.Share.Inventory > 0:
		text := fmt.Sprintf("The inventory has %s, and this process has none of them now.", plural(v.Share.Inventory, "device"))
		if v.Share.Cluster != nil {
			text += " A replica that joins its cluster gets a share within seconds."
		}
		return &empty{Title: "No device is polled here.", Words: []link{words(text)}}
	case len(v.Devices) == 0:
		return &empty{"The inventory is empty.", []link{words("No device is listed, and no source has listed one yet. "), {Text: "How to list devices", Href: docs + "inventory.md"}}}
	case len(active) == 1 && q.Value("state") == string(poll.Down):
		n := v.Count("state")
		return &empty{"No device is down.", append([]link{words(fmt.Sprintf("%s answered at the last poll.", number(n[string(poll.Up)])))}, show...)}
	}
	found := &empty{Title: "No device matches."}
	most, best := 0, chip{}
	if len(active) > 1 && len(active) <= mostTried {
		for _, c := range active {
			if n := v.Find(c.without).Len(); n > most {
				most, best = n, c
			}
		}
	}
	if most > 0 {
		found.Words = []link{words("Without "), {Text: best.Text, Href: best.Href}, words(fmt.Sprintf(" there %s. ", are(most)))}
	}
	found.Words = append(found.Words, link{Text: "Clear all filters", Href: clearAll(q)})
	return found
}

func are(n int) string {
	if n == 1 {
		return "is 1"
	}
	return "are " + number(n)
}
