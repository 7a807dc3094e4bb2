// Package report sums up a fleet for people: what runs where, and whether it should. It knows devices as the API shows them and
// asks nobody.
package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/web"
)

// Report is a fleet at one time. Lists are sorted and never nil.
type Report struct {
	At           time.Time     `json:"at"`
	Devices      int           `json:"devices"`
	Versions     []Version     `json:"versions"`
	Rules        []Rule        `json:"rules"`
	NonCompliant []Finding     `json:"noncompliant"`
	Undecided    []Finding     `json:"undecided"`
	Denied       []Denied      `json:"denied"`
	EndOfLife    []EndOfLife   `json:"end_of_life"`
	NoGoodPoll   []Unread      `json:"no_good_poll"`
	Rebooted     []Reboot      `json:"rebooted"`
	all          []*web.Device // sorted by name
}

// Version is the devices that run the same.
type Version struct {
	Platform string `json:"platform"`
	Model    string `json:"model"`
	Version  string `json:"version"`
	Devices  int    `json:"devices"`
}

// Rule is the devices of a rule, by what came of it.
type Rule struct {
	Name         string `json:"name"`
	Wanted       string `json:"wanted"`
	Compliant    int    `json:"compliant"`
	NonCompliant int    `json:"noncompliant"`
	Undecided    int    `json:"undecided"`
	NotKnown     int    `json:"not_known"` // their version has not been read
	Planned      int    `json:"planned"`   // it will judge them later
}

// Share is the part of the judged devices that are compliant, 0 to 1; ok is false if none is judged.
func (r *Rule) Share() (share float64, ok bool) {
	judged := r.Compliant + r.NonCompliant
	return float64(r.Compliant) / float64(max(1, judged)), judged > 0
}

// Finding is a device and what there is to say of its version.
type Finding struct {
	Device   string `json:"device"`
	Platform string `json:"platform"`
	Model    string `json:"model"`
	Version  string `json:"version"`
	Why      string `json:"why"`
}

// Denied is the devices that run a version which is known bad.
type Denied struct {
	Advisory string   `json:"advisory"`
	Severity string   `json:"severity"`
	Platform string   `json:"platform"`
	Version  string   `json:"version"`
	Devices  []string `json:"devices"`
}

// EndOfLife is the devices that run a release whose end is known.
type EndOfLife struct {
	Platform string    `json:"platform"`
	Release  string    `json:"release"`
	Date     time.Time `json:"date,omitzero"` // zero: it has come, and the date is not known
	Devices  int       `json:"devices"`
}

// Ended reports that the end has come.
func (e *EndOfLife) Ended(at time.Time) bool { return !e.Date.After(at) }

// Unread is a device that no poll has succeeded for.
type Unread struct {
	Device  string `json:"device"`
	Address string `json:"address"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
	Error   string `json:"error"`
}

// Reboot is a device that booted lately.
type Reboot struct {
	Device   string    `json:"device"`
	BootTime time.Time `json:"boot_time"`
	Version  string    `json:"version"`
}

// recent is how long ago a reboot is still one to report.
const recent = 7 * 24 * time.Hour

// New sums up the devices as of a time.
func New(devices []web.Device, at time.Time) *Report {
	all := make([]*web.Device, len(devices))
	for i := range devices {
		all[i] = &devices[i]
	}
	slices.SortFunc(all, func(a, b *web.Device) int { return cmp.Compare(a.Device, b.Device) })
	at = at.UTC().Truncate(time.Second)
	return &Report{
		At: at, Devices: len(all), all: all,
		Versions:     versions(all),
		Rules:        rules(all),
		NonCompliant: findings(all, func(v *web.Verdict) bool { return v.State == web.NonCompliant }),
		Undecided:    findings(all, func(v *web.Verdict) bool { return v.State == web.Undecided || len(v.Undecided) > 0 }),
		Denied:       denied(all),
		EndOfLife:    endOfLife(all),
		NoGoodPoll:   unread(all),
		Rebooted:     rebooted(all, at),
	}
}

func versions(all []*web.Device) []Version {
	counts := map[Version]int{}
	for _, d := range all {
		if d.Version != "" {
			counts[Version{Platform: d.Platform, Model: d.Model, Version: d.Version}]++
		}
	}
	list := make([]Version, 0, len(counts))
	for v, n := range counts {
		v.Devices = n
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b Version) int {
		return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Model, b.Model), -cmp.Compare(a.Devices, b.Devices), cmp.Compare(a.Version, b.Version))
	})
	return list
}

func rules(all []*web.Device) []Rule {
	byName := map[string]*Rule{}
	of := func(name string) *Rule {
		if byName[name] == nil {
			byName[name] = &Rule{Name: name}
		}
		return byName[name]
	}
	for _, d := range all {
		v := d.Verdict
		if v == nil {
			continue
		}
		if v.Planned != "" {
			of(v.Planned).Planned++
		}
		if v.Rule == "" {
			continue
		}
		r := of(v.Rule)
		r.Wanted = v.Wanted
		switch v.State {
		case web.Compliant:
			r.Compliant++
		case web.NonCompliant:
			r.NonCompliant++
		case web.Undecided:
			r.Undecided++
		case web.Unjudged:
			r.NotKnown++
		}
	}
	list := make([]Rule, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, *byName[name])
	}
	return list
}

func findings(all []*web.Device, want func(*web.Verdict) bool) []Finding {
	list := []Finding{}
	for _, d := range all {
		if d.Verdict != nil && want(d.Verdict) {
			list = append(list, Finding{d.Device, d.Platform, d.Model, d.Version, why(d.Verdict)})
		}
	}
	return list
}

// why is the verdict's reason, and the entries that the version cannot be compared with.
func why(v *web.Verdict) string {
	text := v.Why
	for _, d := range v.Undecided {
		if !strings.Contains(text, d.Advisory) {
			text += "; cannot be compared with " + d.Advisory
		}
	}
	return text
}

func denied(all []*web.Device) []Denied {
	type key struct{ advisory, severity, platform, version string }
	devices := map[key][]string{}
	for _, d := range all {
		if d.Verdict == nil {
			continue
		}
		for _, entry := range d.Verdict.Denied {
			k := key{entry.Advisory, entry.Severity, d.Platform, d.Version}
			devices[k] = append(devices[k], d.Device)
		}
	}
	list := make([]Denied, 0, len(devices))
	for k, names := range devices {
		list = append(list, Denied{k.advisory, k.severity, k.platform, k.version, names})
	}
	slices.SortFunc(list, func(a, b Denied) int {
		return cmp.Or(cmp.Compare(a.Advisory, b.Advisory), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Version, b.Version))
	})
	return list
}

func endOfLife(all []*web.Device) []EndOfLife {
	counts := map[EndOfLife]int{}
	for _, d := range all {
		if d.Verdict != nil && d.Verdict.EOL != nil {
			counts[EndOfLife{Platform: d.Platform, Release: d.Verdict.EOL.Release, Date: d.Verdict.EOL.Date.UTC()}]++
		}
	}
	list := make([]EndOfLife, 0, len(counts))
	for e, n := range counts {
		e.Devices = n
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b EndOfLife) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Release, b.Release))
	})
	return list
}

func unread(all []*web.Device) []Unread {
	list := []Unread{}
	for _, d := range all {
		if d.LastSuccess.IsZero() && d.State != string(poll.Disabled) {
			list = append(list, Unread{d.Device, d.Address, d.State, d.Reason, d.Error})
		}
	}
	return list
}

func rebooted(all []*web.Device, at time.Time) []Reboot {
	list := []Reboot{}
	for _, d := range all {
		if !d.BootTime.IsZero() && at.Sub(d.BootTime) < recent {
			list = append(list, Reboot{d.Device, d.BootTime.UTC(), d.Version})
		}
	}
	slices.SortStableFunc(list, func(a, b Reboot) int { return b.BootTime.Compare(a.BootTime) })
	return list
}
