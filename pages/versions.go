package pages

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/version"
)

// versions is the page of what runs where, and whether it should.
type versions struct {
	frame
	Verdicts  []count
	Denied    []deniedRow
	DeniedSum string
	Rules     []ruleRow
	Sum       string
	Only      string // the one platform that is shown; "": all of them
	Sort      string
	Matrix    []matrixRow
	life
}

// deniedRow is a version that an entry denies.
type deniedRow struct{ Advisory, Severity, Version, Devices, Href string }

// ruleRow is a rule and how far the fleet has come.
type ruleRow struct {
	Name, Match, Wants string
	When, Class        string
	Bar                []segment
	Sum, Left, Href    string
	Until              string
}

// matrixRow is a platform and the versions that run on it, the newest first.
type matrixRow struct {
	Name, Href, Devices string
	Bar                 []segment
	Cells               []running
	More                string // versions that are not shown, and how many devices run them
	MoreHref, MoreCount string
}

// mostCells is how many versions of a platform are shown beside those of the others.
const mostCells = 12

func (p *Pages) versions(w http.ResponseWriter, r *http.Request) {
	v, err := p.config.Views.View(r.Context())
	if err != nil {
		return // the client has left
	}
	values, unreadable := given(r)
	platform := values.Get("platform")
	page := p.newVersions(v, platform, values.Get("sort"))
	missing, _ := v.Check(fleet.Query{}.With("platform", fleet.Given(values["platform"])...))
	page.Problems = fleet.Texts(slices.Concat(unreadable, fleet.Unread(values, readBy("versions")...), badValues("versions", values), missing))
	p.answer(w, r, http.StatusOK, &page.frame, page)
}

func (*versions) template() string { return "versions" }

func (p *Pages) newVersions(v *fleet.View, platform, sort string) *versions {
	made := &versions{frame: p.frame(v, "Versions", "./", "versions"), Only: platform, Sort: sort}
	made.Verdicts = verdictCounts(v, fleet.Query{}, true)
	judged := v.Judged()
	for _, d := range judged.Denied {
		made.Denied = append(made.Denied, deniedRow{
			d.Advisory, d.Severity, d.Platform + " " + d.Version, number(d.Devices), only("advisory", d.Advisory, "platform", d.Platform, "version", d.Version),
		})
	}
	made.DeniedSum = plural(v.Count("verdict")[fleet.Denied], "device")
	policy := p.config.Policy()
	for i := range policy.Rules {
		made.Rules = append(made.Rules, newRuleRow(v, &policy.Rules[i], judged.Rules[policy.Rules[i].Name]))
	}
	all := slices.Clone(v.Platforms())
	if sort == "platform" {
		slices.SortFunc(all, func(a, b fleet.Platform) int { return cmp.Compare(a.Name, b.Name) })
	}
	count := 0
	for _, one := range all {
		count += len(one.Versions)
		if platform == "" || platform == one.Name {
			made.Matrix = append(made.Matrix, newMatrixRow(one, platform != ""))
		}
	}
	made.Sum = plural(len(all), "platform") + ", " + plural(count, "version")
	made.life = newLife(judged.EndOfLife, v.At)
	return made
}

func newMatrixRow(p fleet.Platform, whole bool) matrixRow {
	row := matrixRow{Name: p.Name, Href: only("platform", p.Name), Devices: number(p.Devices), Bar: bar(p)}
	shown := p.Versions
	if len(shown) > mostCells && !whole {
		left, devices := mostImportant(shown)[mostCells:], 0
		hidden := map[string]bool{}
		for _, r := range left {
			hidden[r.Name] = true
			devices += r.Devices
		}
		shown = slices.DeleteFunc(slices.Clone(shown), func(r fleet.Version) bool { return hidden[r.Name] })
		row.More, row.MoreHref, row.MoreCount = fmt.Sprintf("%d more", len(left)), "versions"+only("platform", p.Name), number(devices)
	}
	for _, r := range slices.Backward(shown) {
		row.Cells = append(row.Cells, newRunning(p, r, r.Name))
	}
	return row
}

func newRuleRow(v *fleet.View, r *version.Rule, n *fleet.RuleCount) ruleRow {
	if n == nil {
		n = &fleet.RuleCount{}
	}
	row := ruleRow{Name: r.Name, Match: cmp.Or(r.Match.String(), "every device"), Until: "no end"}
	var wants []string
	for _, w := range r.Want {
		wants = append(wants, w.String())
	}
	row.Wants = cmp.Or(list(wants), "any version that it does not deny")
	if !r.Until.IsZero() {
		row.Until = "until " + calendarDay(r.Until)
	}
	good, judged, class := n.Compliant, n.Compliant+n.NotCompliant, "ok"
	row.Href = only("rule", r.Name, "verdict", fleet.NotCompliant)
	switch {
	case v.At.Before(r.From):
		row.When, row.Class, class = "planned, from "+calendarDay(r.From), "s pending", "none"
		good, judged = meets(v, r, n)
		row.Href, row.Until = only("rule", r.Name), "does not judge yet"
	case !r.Until.IsZero() && !v.At.Before(r.Until):
		row.When, row.Class, row.Until = "ended "+calendarDay(r.Until), "v none", ""
	case r.From.IsZero():
		row.When, row.Class = "judges", "v ok"
	default:
		row.When, row.Class = "judges since "+calendarDay(r.From), "v ok"
	}
	row.Bar = portion(good, judged, class)
	row.Sum = fmt.Sprintf("%s of %s, %s", number(good), number(judged), share(good, judged))
	if judged == 0 {
		row.Sum = "no device is judged by it"
	}
	if left := judged - good; left > 0 {
		row.Left = number(left) + " left"
	}
	if n.Unknown > 0 {
		row.Sum += fmt.Sprintf("; %s unknown", number(n.Unknown))
	}
	return row
}

// meets counts the devices that a planned rule will judge, and those that run what it wants already.
func meets(v *fleet.View, r *version.Rule, n *fleet.RuleCount) (good, all int) {
	for runs, devices := range n.Planned {
		all += devices
		if slices.ContainsFunc(r.Want, func(w version.Spec) bool { return w.Meets(v.Order(runs.Platform), runs.Version) == version.Yes }) {
			good += devices
		}
	}
	return good, all
}

// life is when releases in use end, on a line of a year and a half.
type life struct {
	Ends  []endRow
	Ticks []tick
	Lines []string // where quarters begin, in percent
}

type endRow struct{ Release, Href, Devices, Class, X, Text string }

type tick struct{ X, Text string }

// lifeSpan is what the line of ends shows.
const lifeSpan = 548 * day

func newLife(ends []fleet.EndCount, now time.Time) (l life) {
	at := func(t time.Time) float64 { return min(99, max(1, 100*float64(t.Sub(now))/float64(lifeSpan))) }
	for _, e := range ends {
		if e.Time.After(now.Add(lifeSpan)) {
			continue
		}
		row := endRow{
			Release: e.Platform + " " + e.Release, Href: only("platform", e.Platform, "release", e.Release), Devices: number(e.Devices),
			Class: "none", X: percent(at(e.Time)), Text: calendarDay(e.Time) + ", " + ahead(e.Time, now),
		}
		switch {
		case e.Time.IsZero():
			row.Class, row.Text, row.X = "bad", "ended", "1.0"
		case !e.Time.After(now):
			row.Class, row.Text = "bad", "ended "+calendarDay(e.Time)
		case e.Time.Before(now.Add(fleet.Soon)):
			row.Class = "eol"
		}
		l.Ends = append(l.Ends, row)
	}
	quarter := time.Date(now.Year(), now.Month()-(now.Month()-1)%3+3, 1, 0, 0, 0, 0, time.UTC)
	for ; quarter.Before(now.Add(lifeSpan)); quarter = quarter.AddDate(0, 3, 0) {
		text := fmt.Sprintf("Q%d", (quarter.Month()+2)/3)
		if quarter.Month() == time.January {
			text = quarter.Format("2006")
		}
		l.Ticks = append(l.Ticks, tick{percent(at(quarter)), text})
		l.Lines = append(l.Lines, percent(at(quarter)))
	}
	return l
}
