package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
)

// device is the page of one device.
type device struct {
	frame
	Name, Path        string // Path is the name as a part of an address
	State, StateClass string
	For               string // how long the device has been so
	Pollable          bool
	Notice            string // why a poll that was asked for was not done
	About             []link
	Elsewhere         string // address of its page at the replica that polls it; "": this one does
	Failure           *failed
	Version           *versionBox
	Facts             []fact
	History           []event
	timeline
	Session *session
	Members *members
	Queries []query
}

// failed is why the latest poll failed, and when the next one comes.
type failed struct {
	Reason, Where, Message string
	At                     moment
	Next, Help             string
}

// moment is a time with its exact form.
type moment struct{ ISO, Text, Full string }

// fact is a line about what the device is.
type fact struct{ Name, Text string }

func (p *Pages) device(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	v, err := p.config.Views.View(r.Context())
	if err != nil {
		return // the client has left
	}
	s := v.Device(name)
	if s == nil {
		p.notFound(w, r, v, name)
		return
	}
	h, _ := p.config.History(name)
	d := p.newDevice(v, s, h)
	values, unreadable := given(r)
	d.Problems = fleet.Texts(slices.Concat(unreadable, fleet.Unread(values, readBy("device")...), badValues("device", values)))
	if values.Get("poll") == refused {
		d.Notice = whyNotPolled(v, s, h)
	}
	p.answer(w, r, http.StatusOK, &d.frame, d)
}

func (p *Pages) newDevice(v *fleet.View, s *poll.Status, h poll.History) *device {
	name := s.Device.Name
	d := &device{frame: p.frame(v, name, "../", ""), Name: name, Path: url.PathEscape(name), Pollable: !s.Device.Disabled && s.Owner == ""}
	d.State, d.StateClass = stateText(s.State())
	if symbol := symbols[s.State()]; symbol != "" {
		d.Title = symbol + " " + name
	}
	d.For = howLong(v, s, h)
	if s.Owner != "" {
		d.Elsewhere = s.Owner + "/devices/" + d.Path
	}
	d.About = about(s, d.Elsewhere)
	d.Failure = failureOf(v, s, h)
	d.Version = p.newVersionBox(v, s)
	origin := p.config.Origin(s)
	d.Facts = slices.Concat(facts(v, s), origin.facts(s))
	d.History = events(v, s, h)
	d.timeline = newTimeline(h.Polls, v)
	d.Session = newSession(s, h.Failed)
	d.Members = newMembers(s)
	d.Queries = queries(s)
	return d
}

func (*device) template() string { return "device" }

// symbols of states that the title of a tab shows.
var symbols = map[poll.State]string{poll.Down: "▼", poll.Pending: "○", poll.Disabled: "–"}

// refused is the value of the parameter poll after a poll that was asked for and not done.
const refused = "refused"

// longestPoll is how long a request waits for the poll that it asked for.
const longestPoll = 90 * time.Second

// pollNow polls the device, and leads back to its page.
func (p *Pages) pollNow(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	v, err := p.config.Views.Fresh(r.Context())
	if err != nil {
		return // the client has left
	}
	before := v.Device(name)
	if before == nil {
		p.notFound(w, r, v, name)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), longestPoll)
	defer cancel()
	after, ok := p.config.Poll(ctx, name)
	to := "../" + url.PathEscape(name)
	if fresh := v.At.Sub(before.LastPoll.Add(before.Duration)) < 5*time.Second; !ok || !fresh && after.LastPoll.Equal(before.LastPoll) {
		to += "?poll=" + refused
	}
	_, _ = p.config.Views.Fresh(r.Context()) // for the page that comes next
	redirect(w, to, http.StatusSeeOther)
}

// whyNotPolled says why a poll that was asked for has not been done.
func whyNotPolled(v *fleet.View, s *poll.Status, h poll.History) string {
	switch {
	case s.Owner != "":
		return "Not polled: another replica polls this device. Its page there has the button."
	case s.Device.Disabled:
		return "Not polled: the device is disabled in the inventory."
	case v.Logins[s.Device.Credential].Paused:
		return fmt.Sprintf("Not polled: the credential %s is paused, because devices refused it.", s.Device.Credential)
	case !h.Until.IsZero():
		return fmt.Sprintf("Not polled: the device refused the login and is left alone for %s more, until %s UTC.", exact(h.Until.Sub(v.At)), clock(h.Until))
	}
	return "Not polled yet: other polls come first. This page shows the result when it is there."
}

// notFound is what is said of a device that there is not.
type notFound struct {
	frame
	Name      string
	Elsewhere string // who has it; "": the inventory has no such device
	Near      []link
	Query     string
}

func (*notFound) template() string { return "not_found" }

func (p *Pages) notFound(w http.ResponseWriter, r *http.Request, v *fleet.View, name string) {
	n := &notFound{frame: p.frame(v, "No such device", "../", ""), Name: name, Query: only("q", name)}
	if r.Method == http.MethodPost {
		n.Root = "../../"
	}
	if p.config.Elsewhere != nil {
		n.Elsewhere = p.config.Elsewhere(name)
	}
	near := strictyaml.Closest(name, v.Neighbours(name, 1000))
	for _, near := range near[:min(3, len(near))] {
		n.Near = append(n.Near, link{Text: near, Href: n.Root + "devices/" + url.PathEscape(near)})
	}
	p.answer(w, r, http.StatusNotFound, &n.frame, n)
}

// howLong says since when the device has been up or down.
func howLong(v *fleet.View, s *poll.Status, h poll.History) string {
	since := s.Since
	switch {
	case s.Device.Disabled:
		return "listed, but not polled"
	case s.Pending():
		return "not polled yet"
	case since.IsZero() && s.LastSuccess.IsZero():
		return "no good poll yet, in " + plural(int(s.Polls), "poll")
	case since.IsZero():
		return ""
	}
	polls := 0
	for polls < len(h.Polls) && (h.Polls[polls].Reason == "") == (s.Reason == "") {
		polls++
	}
	text := "for " + age(v.At.Sub(since))
	if polls > 0 && polls < len(h.Polls) {
		text += ", " + plural(polls, "poll")
	}
	return text
}

func about(s *poll.Status, elsewhere string) []link {
	all := []link{{Text: s.Platform, Href: only("platform", s.Platform)}}
	if s.Facts.Model != "" {
		all = append(all, link{Text: s.Facts.Model, Href: only("model", s.Facts.Model)})
	}
	all = append(all, words(s.Device.Address), link{Text: "group " + s.Device.Group, Href: only("group", s.Device.Group)})
	for _, l := range s.Device.Labels {
		all = append(all, link{Text: l.Name + "=" + l.Value, Href: only(fleet.LabelPrefix+l.Name, l.Value)})
	}
	for i := range all {
		if all[i].Href != "" {
			all[i].Href = "../" + all[i].Href
		}
	}
	if elsewhere != "" {
		all = append(all, link{Text: "polled by another replica", Href: elsewhere})
	}
	return append(all, link{Text: "JSON", Href: "../api/v1/devices/" + url.PathEscape(s.Device.Name)})
}

func failureOf(v *fleet.View, s *poll.Status, h poll.History) *failed {
	if s.State() != poll.Down {
		return nil
	}
	f := &failed{
		Reason: string(s.Reason), Message: s.Err, At: newMoment(s.LastPoll, ago(s.LastPoll, v.At)),
		Help: docs + "reasons.md#" + string(s.Reason),
	}
	if len(h.Polls) > 0 {
		f.Where = failedIn(h.Polls[0])
	}
	next := s.LastPoll.Add(v.Sweeps[s.Device.Group].Interval)
	switch wait := next.Sub(v.At); {
	case h.Until.After(next):
		f.Next = "It refused the login and is left alone until " + clock(h.Until) + " UTC."
	case wait > 0:
		f.Next = "Next poll in about " + exact(wait) + "."
	}
	return f
}

func newMoment(t time.Time, text string) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{iso(t), text, stamp(t)}
}
