package pages

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// versionBox is what the device runs, and what there is to say of it.
type versionBox struct {
	AsOf         string
	Name, Patch  string
	Badge, Class string
	Said         []link // what comes of the rule that judges
	EOL          string
	Warnings     []string
}

func (p *Pages) newVersionBox(v *fleet.View, s *poll.Status) *versionBox {
	if s.Facts.Version == "" {
		return nil
	}
	b := &versionBox{Name: s.Facts.Version, Patch: s.Facts.Patch}
	if s.State() == poll.Down {
		b.AsOf = "as of " + date(s.LastSuccess, v.At) + " UTC, the last good poll"
	}
	b.Badge, b.Class = verdictText(v.Badge(s))
	if d := s.Verdict; d != nil {
		b.Said = linkRule(d.Why, cmp.Or(d.Rule, d.Planned))
		for _, denial := range d.Denied {
			text := "Denied: " + denial.Note
			if denial.Severity != "" {
				text += ", " + denial.Severity
			}
			b.Warnings = append(b.Warnings, text)
		}
		for _, denial := range d.Undecided {
			b.Warnings = append(b.Warnings, "Cannot be compared with "+denial.Note)
		}
		if d.EOL != nil {
			b.EOL = lifeOf(d.EOL.Release, d.EOL.Time, v.At)
		}
	}
	if differs := s.Facts.NextBootDiffers; differs != nil && *differs {
		b.Warnings = append(b.Warnings, "Boots another image next: "+s.Facts.NextBoot)
	}
	if n := differing(s); n > 0 {
		b.Warnings = append(b.Warnings, fmt.Sprintf("%d of %s run another version", n, plural(len(s.Facts.Members), "member")))
	}
	return b
}

// linkRule makes the name of the rule in a sentence a link to it, and begins it with a capital letter.
func linkRule(sentence, rule string) []link {
	if before, after, found := strings.Cut(sentence, "rule "+rule); found && rule != "" {
		name := "rule " + rule
		if before == "" {
			name = "Rule " + rule
		}
		return []link{words(before), {Text: name, Href: "../versions#rule-" + url.PathEscape(rule)}, words(after + ".")}
	}
	if sentence != "" {
		sentence = strings.ToUpper(sentence[:1]) + sentence[1:] + "."
	}
	return []link{words(sentence)}
}

// lifeOf says when a release ends.
func lifeOf(release string, end, now time.Time) string {
	switch {
	case end.IsZero():
		return release + " has reached its end of life."
	case !end.After(now):
		return fmt.Sprintf("%s has ended on %s.", release, calendarDay(end))
	}
	return fmt.Sprintf("%s ends %s, %s.", release, calendarDay(end), ahead(end, now))
}

// facts are what is known of the device; what is not known is left out.
func facts(v *fleet.View, s *poll.Status) []fact {
	f := &s.Facts
	all := []fact{{"Host name", f.Hostname}, {"Model", f.Model}, {"Serial", f.Serial}}
	switch {
	case f.Uptime != nil && !s.BootTime.IsZero():
		all = append(all, fact{"Uptime", age(f.Uptime.Age) + ", since " + date(s.BootTime, v.At) + " UTC"})
	case !s.BootTime.IsZero():
		all = append(all, fact{"Last boot", date(s.BootTime, v.At) + " UTC"})
	}
	all = append(all, fact{"Last reload", f.ReloadReason})
	if f.NextBoot != "" {
		all = append(all, fact{"Next boot", f.NextBoot})
	}
	if s.Polls > 0 {
		text := fmt.Sprintf("%s, of which %s failed", number(int(s.Polls)), number(int(s.Failures)))
		if interval := v.Sweeps[s.Device.Group].Interval; interval > 0 {
			text += "; every " + exact(interval)
		}
		all = append(all, fact{"Polls", text})
	}
	if s.Device.Credential != "" {
		paused := "not paused"
		if v.Logins[s.Device.Credential].Paused {
			paused = "paused"
		}
		all = append(all, fact{"Credential", s.Device.Credential + ", " + paused})
	}
	all = append(all, fact{"Jump host", s.Device.Jump})
	return slices.DeleteFunc(all, func(f fact) bool { return f.Text == "" })
}

// event is something that happened to the device.
type event struct {
	moment
	Class, What, Bold string
	at                time.Time
}

// events are what has happened, the latest first.
func events(v *fleet.View, s *poll.Status, h poll.History) (all []event) {
	add := func(at time.Time, class, text, bold string) {
		all = append(all, event{newMoment(at, date(at, v.At)), class, text, bold, at})
	}
	if !s.Since.IsZero() {
		text, class := "up again", "s up"
		if s.State() == poll.Down {
			text, class = "down", "s down"
		}
		add(s.Since, class, text, "")
	}
	for _, r := range h.Reboots {
		text := "rebooted"
		if r.Reason != "" {
			text += ": " + r.Reason
		}
		add(cmp.Or(r.Booted, r.At), "", text, "")
	}
	for _, c := range h.Versions {
		add(c.At, "", "version "+c.From+" → ", c.To)
	}
	slices.SortStableFunc(all, func(a, b event) int { return b.at.Compare(a.at) })
	return all
}

// members are those of a stack or cluster.
type members struct {
	Sum string
	All []memberRow
}

type memberRow struct {
	Name, Role, Model, Serial, Version string
	Differs                            bool
}

func newMembers(s *poll.Status) *members {
	if len(s.Facts.Members) == 0 {
		return nil
	}
	m := &members{Sum: strconv.Itoa(len(s.Facts.Members))}
	if n := differing(s); n > 0 {
		m.Sum += fmt.Sprintf(", %d of another version", n)
	}
	for _, one := range s.Facts.Members {
		m.All = append(m.All, memberRow(one))
	}
	return m
}

func differing(s *poll.Status) (n int) {
	for _, m := range s.Facts.Members {
		n += first(m.Differs)
	}
	return n
}

// query looks further in Prometheus.
type query struct{ ID, Text, Query string }

func queries(s *poll.Status) []query {
	device := fmt.Sprintf("{device=%q}", s.Device.Name)
	all := []query{
		{Text: "Was it reachable in the last day?", Query: "avg_over_time(netver_device_up" + device + "[1d])"},
		{Text: "Reboots", Query: "changes(netver_device_boot_time_seconds" + device + "[30d])"},
		{Text: "Changes of version", Query: "increase(netver_device_version_changes_total" + device + "[30d])"},
	}
	if len(s.Device.Labels) > 0 {
		l := s.Device.Labels[len(s.Device.Labels)-1]
		all = append(all, query{Text: "Does " + l.Name + " " + l.Value + " fail as a whole?", Query: fmt.Sprintf("count by (reason) (netver_device_failure_reason{%s=%q})", l.Name, l.Value)})
	}
	if s.Facts.Model != "" {
		all = append(all, query{Text: "Same model, other versions", Query: fmt.Sprintf("count by (version) (netver_device_info{platform=%q, model=%q})", s.Platform, s.Facts.Model)})
	}
	for i := range all {
		all[i].ID = "q" + strconv.Itoa(i)
	}
	return all
}
