package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// worstFirst is the order of the overview.
const worstFirst = "state"

// overview is the page of the whole fleet.
type overview struct {
	frame
	States, Verdicts []count
	Findings         []finding // what needs a person, the worst first
	Found, More      int       // how many there are, and how many of them are not shown
	Calm             string    // in their place
	Changes          []link    // within the last hour
	Platforms        []platform
	AllPlatforms     int
	filter
	table
}

// count is a number that leads to the devices it counts.
type count struct {
	N                 int
	Text, Class, Href string
	Current           bool
}

// defaults are values of parameters that are left out of an address, as is an empty one.
var defaults = map[string]string{"sort": worstFirst, "page": "1", "format": "html"}

// canonical is a query of a URL without what says nothing; changed reports that there was something. A form sends all of its fields.
func canonical(values url.Values) (made url.Values, changed bool) {
	made = url.Values{}
	for name, all := range values {
		kept := slices.DeleteFunc(slices.Clone(all), func(v string) bool { return v == "" || v == defaults[name] })
		if len(kept) > 0 {
			made[name] = kept
		}
		changed = changed || len(kept) < len(all)
	}
	return made, changed
}

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) {
	values, unreadable := given(r)
	if made, changed := canonical(values); changed {
		redirect(w, "./?"+made.Encode(), http.StatusFound)
		return
	}
	q, problems := fleet.Parse(values, readBy("overview")...)
	page, _ := strconv.Atoi(values.Get("page"))
	v, err := p.config.Views.View(r.Context())
	if err != nil {
		return // the client has left
	}
	o := p.newOverview(v, q, page)
	missing, notes := v.Check(q)
	o.Problems = fleet.Texts(slices.Concat(unreadable, problems, missing, notes, badValues("overview", values), badPage(values)))
	p.answer(w, r, http.StatusOK, &o.frame, o)
}

// redirect leads to an address that is relative to the one that was asked for, whatever path a proxy has put before it.
func redirect(w http.ResponseWriter, to string, status int) {
	w.Header().Set("Location", to)
	w.WriteHeader(status)
}

func (p *Pages) newOverview(v *fleet.View, q fleet.Query, page int) *overview {
	counted := []string{"state", "verdict", "changed", "advisory", "platform", "reason"}
	for _, label := range v.Labels(shownLabels) {
		counted = append(counted, fleet.LabelPrefix+label)
	}
	v.Prepare(counted...)
	states := v.Count("state")
	o := &overview{frame: p.frame(v, "", "", "fleet")}
	o.Root = "./"
	o.Title = titleOf(states[string(poll.Down)], len(v.Devices))
	o.States = stateCounts(v, q)
	o.Verdicts = verdictCounts(v, q, false)
	o.findings(p.findings(v))
	if o.Found == 0 {
		o.Calm = calm(v, states)
	}
	o.Changes = changes(v)
	o.AllPlatforms = len(v.Platforms())
	o.Platforms = platforms(v, 7)
	o.filter = newFilter(v, q)
	o.table = newTable(v, q, page)
	return o
}

func (*overview) template() string { return "overview" }

func titleOf(down, all int) string {
	if down == 0 {
		return plural(all, "device")
	}
	return number(down) + " down of " + number(all)
}

// states are those of a device, with their words and symbols.
var states = []struct {
	state       poll.State
	text, class string
}{
	{poll.Up, "Up", "s up"},
	{poll.Down, "Down", "s down"},
	{poll.Pending, "Pending", "s pending"},
	{poll.Disabled, "Disabled", "s disabled"},
}

func stateCounts(v *fleet.View, q fleet.Query) []count {
	counts := []count{{N: len(v.Devices), Text: "All", Href: "./", Current: len(q.Filters) == 0 && q.Search == ""}}
	n := v.Count("state")
	for _, s := range states {
		counts = append(counts, count{n[string(s.state)], s.text, s.class, only("state", string(s.state)), q.Value("state") == string(s.state)})
	}
	return counts
}

// verdict is one with its words and symbols: in a count, and beside a version.
var verdictWords = []struct{ verdict, count, text, class string }{
	{fleet.Compliant, "Compliant", "compliant", "v ok"},
	{fleet.NotCompliant, "Not compliant", "not compliant", "v not"},
	{fleet.Denied, "Denied", "denied", "v denied"},
	{fleet.EndOfLife, "End of life", "end of life", "v eol"},
	{fleet.Unknown, "Unknown", "unknown", "v unknown"},
	{fleet.NoRule, "No rule", "no rule", "v none"},
}

// verdictText is a verdict's text and class; both are empty where there is none.
func verdictText(verdict string) (text, class string) {
	for _, w := range verdictWords {
		if w.verdict == verdict {
			return w.text, w.class
		}
	}
	return "", ""
}

// verdictCounts are none where there is no policy. Without a rule is only counted where it is asked for.
func verdictCounts(v *fleet.View, q fleet.Query, noRule bool) (counts []count) {
	n := v.Count("verdict")
	if len(n) == 0 {
		return nil
	}
	for _, w := range verdictWords {
		if w.verdict != fleet.NoRule || noRule {
			counts = append(counts, count{n[w.verdict], w.count, w.class, only("verdict", w.verdict), q.Value("verdict") == w.verdict})
		}
	}
	return counts
}
