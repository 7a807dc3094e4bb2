package pages

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
)

// finding is something that needs a person: what it is, and who, what it costs and until when.
type finding struct {
	Kind, Class string
	Words       []link
}

// mostFindings is how many a page shows.
const mostFindings = 6

func (o *overview) findings(all []finding) {
	o.Found = len(all)
	o.Findings = all[:min(len(all), mostFindings)]
	o.More = len(all) - len(o.Findings)
}

// findings are the kinds that need a person, the worst first.
func (p *Pages) findings(v *fleet.View) []finding {
	return slices.Concat(p.notLoaded(v), clusterTrouble(v), pausedCredentials(v), changedHostKeys(v), deniedVersions(v), staleSources(v), skippedSweeps(v))
}

func (p *Pages) notLoaded(v *fleet.View) []finding {
	at, ok := p.config.Loaded()
	if ok {
		return nil
	}
	return []finding{{"Configuration not loaded", "bad", []link{words("The file has an error, which the log tells; that of " + date(at, v.At) + " UTC stays in force.")}}}
}

func clusterTrouble(v *fleet.View) (all []finding) {
	c := v.Share.Cluster
	if c == nil {
		return nil
	}
	if !c.Up {
		text := fmt.Sprintf("This process is no member of its cluster, or does not reach the coordinator; if that lasts, the log tells why. It polls %s of %s.",
			number(v.Share.Owned), plural(v.Share.Inventory, "device"))
		all = append(all, finding{"Cluster lost", "bad", []link{words(text)}})
	}
	if c.Mismatch {
		all = append(all, finding{"Replicas differ", "warn", []link{words("Another replica has another configuration, inventory or password. A device that only some replicas know may be polled by none.")}})
	}
	return all
}

func pausedCredentials(v *fleet.View) (all []finding) {
	for _, name := range slices.Sorted(maps.Keys(v.Logins)) {
		s := v.Logins[name]
		if !s.Paused {
			continue
		}
		said := []link{{Text: name, Bold: true}, words(": ")}
		if s.Tries > 0 {
			said = append(said, words("refused "+plural(s.Tries, "time")+", "))
		}
		q := fleet.Query{}.With("reason", string(failure.Paused)).With("credential", name)
		if n := v.Find(q).Len(); n > 0 {
			said = append(said, link{Text: plural(n, "device"), Href: address(q, 1)}, words(" wait, "))
		}
		if wait := s.Next.Sub(v.At); wait > 0 {
			said = append(said, words("next try in "+age(wait)+"."))
		} else {
			said = append(said, words("the next device that is due tries it."))
		}
		all = append(all, finding{"Credential paused", "bad", said})
	}
	return all
}

// changedHostKeys names few devices, and counts many.
func changedHostKeys(v *fleet.View) []finding {
	const named = 3
	if v.Count("reason")[string(failure.HostKeyChanged)] == 0 {
		return nil
	}
	q := fleet.Query{}.With("reason", string(failure.HostKeyChanged))
	m := v.Find(q)
	var said []link
	for i, s := range m.Slice(0, named) {
		if i > 0 {
			said = append(said, words(", "))
		}
		said = append(said, link{Text: s.Device.Name, Href: "devices/" + url.PathEscape(s.Device.Name)})
	}
	if m.Len() > named {
		said = []link{{Text: plural(m.Len(), "device"), Href: address(q, 1)}}
	}
	return []finding{{"Host key changed", "bad", append(said, words(": no facts until the new key is accepted, by netver_exporter hostkey accept."))}}
}

func deniedVersions(v *fleet.View) []finding {
	const named = 3
	counts := v.Count("advisory")
	notes := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	if len(notes) == 0 {
		return nil
	}
	var said []link
	for i, note := range notes[:min(named, len(notes))] {
		if i > 0 {
			said = append(said, words(", "))
		}
		text := " " + note
		if severity := severityOf(v, note); severity != "" {
			text += " (" + severity + ")"
		}
		said = append(said, link{Text: plural(counts[note], "device"), Href: only("advisory", note)}, words(text))
	}
	if more := len(notes) - named; more > 0 {
		said = append(said, words(" and "), link{Text: number(more) + " more", Href: "versions#denied"})
	}
	return []finding{{"Denied version", "denied", said}}
}

func severityOf(v *fleet.View, note string) string {
	for _, s := range v.Find(fleet.Query{}.With("advisory", note)).Slice(0, 1) {
		for _, d := range s.Verdict.Denied {
			if d.Note == note {
				return d.Severity
			}
		}
	}
	return ""
}

func staleSources(v *fleet.View) (all []finding) {
	for _, s := range v.Sources {
		if s.Err == "" {
			continue
		}
		text := ": no list yet"
		if !s.LastSuccess.IsZero() {
			text = ": no list for " + age(v.At.Sub(s.LastSuccess))
		}
		text += " (" + shorten(s.Err, 160) + ")."
		if s.Devices > 0 {
			text += fmt.Sprintf(" Its %s stay.", plural(s.Devices, "device"))
		}
		all = append(all, finding{"Source stale", "warn", []link{{Text: s.Source, Bold: true}, words(" of group " + s.Group + text)}})
	}
	return all
}

func skippedSweeps(v *fleet.View) (all []finding) {
	for _, name := range slices.Sorted(maps.Keys(v.Sweeps)) {
		s := v.Sweeps[name]
		if s.LastSkip.IsZero() || v.At.Sub(s.LastSkip) > time.Hour {
			continue
		}
		text := fmt.Sprintf(": %s in all, the last %s; a sweep takes %s, the interval is %s.", number(int(s.Skipped)), ago(s.LastSkip, v.At), exact(s.Duration), exact(s.Interval))
		all = append(all, finding{"Sweeps skipped", "warn", []link{{Text: "group " + name, Bold: true}, words(text)}})
	}
	return all
}

// changes are those of the last hour; none where nothing has changed.
func changes(v *fleet.View) (said []link) {
	n := v.Count("changed")
	for _, c := range []struct{ word, text string }{
		{fleet.WentDown, "went down"}, {fleet.CameBack, "came back"}, {fleet.Rebooted, "rebooted"}, {fleet.ChangedVersion, "changed version"},
	} {
		if n[c.word] == 0 {
			continue
		}
		if len(said) > 0 {
			said = append(said, words(", "))
		}
		said = append(said, link{Text: number(n[c.word]) + " " + c.text, Href: only("changed", c.word)})
	}
	return said
}

// calm is what stands in the place of findings.
func calm(v *fleet.View, n map[string]int) string {
	if len(v.Devices) == 0 {
		return "No device is listed here yet"
	}
	pending, polled := n[string(poll.Pending)], n[string(poll.Up)]+n[string(poll.Down)]
	if pending == 0 || slices.ContainsFunc(slices.Collect(maps.Values(v.Sweeps)), func(s poll.Sweeps) bool { return s.Done > 0 }) {
		if down := n[string(poll.Down)]; down > 0 {
			return "Nothing needs attention beside " + theDown(down)
		}
		return "Nothing needs attention"
	}
	text := fmt.Sprintf("First sweep: %s of %s polled", number(polled), number(polled+pending))
	if polled == 0 {
		return text + "."
	}
	start := v.At
	for _, s := range v.Devices {
		if !s.Pending() && s.LastPoll.Before(start) {
			start = s.LastPoll
		}
	}
	left := time.Duration(float64(v.At.Sub(start)) / float64(polled) * float64(pending))
	return text + "; ends in about " + age(left) + "."
}

func theDown(n int) string {
	if n == 1 {
		return "the device that is down"
	}
	return "the " + number(n) + " devices that are down"
}

// endOfLife is when a release ends, or has ended.
func endOfLife(end, now time.Time) string {
	switch {
	case end.IsZero():
		return "end of life"
	case !end.After(now):
		return "end of life since " + calendarDay(end)
	}
	return "end of life " + ahead(end, now)
}
