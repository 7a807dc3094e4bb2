package fleet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/version"
)

// Judged is what comes of the policy, over the whole fleet.
type Judged struct {
	Rules     map[string]*RuleCount // by name; those that judge or will judge a device
	Denied    []DeniedCount         // by advisory, those of the most devices first
	EndOfLife []EndCount            // by date
}

// RuleCount is the devices of a rule.
type RuleCount struct {
	Compliant, NotCompliant, Unknown int
	Planned                          map[PlatformVersion]int // devices that it will judge, by what they run
}

// PlatformVersion is a version of a platform; "" is not known.
type PlatformVersion struct{ Platform, Version string }

// DeniedCount is the devices that run a version which an entry denies.
type DeniedCount struct {
	Advisory, Severity string
	PlatformVersion
	Devices int
}

// EndCount is the devices that run a release whose end of life is known.
type EndCount struct {
	Platform, Release string
	Time              time.Time // zero: it has come, and the date is not known
	Devices           int
}

// Judged counts devices by what the policy says. The result must not be changed.
func (v *View) Judged() Judged {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.judged != nil {
		return *v.judged
	}
	rules := map[string]*RuleCount{}
	rule := func(name string) *RuleCount {
		r := rules[name]
		if r == nil {
			r = &RuleCount{Planned: map[PlatformVersion]int{}}
			rules[name] = r
		}
		return r
	}
	denied, ends := map[DeniedCount]int{}, map[EndCount]int{}
	for _, s := range v.Devices {
		d := s.Verdict
		if d == nil {
			continue
		}
		runs := PlatformVersion{s.Platform, s.Facts.Version}
		if d.Planned != "" {
			rule(d.Planned).Planned[runs]++
		}
		if d.Rule != "" {
			r := rule(d.Rule)
			switch d.Compliant {
			case version.Yes:
				r.Compliant++
			case version.No:
				r.NotCompliant++
			default:
				r.Unknown++
			}
		}
		for _, n := range d.Denied {
			denied[DeniedCount{Advisory: n.Note, Severity: n.Severity, PlatformVersion: runs}]++
		}
		if d.EOL != nil {
			ends[EndCount{Platform: s.Platform, Release: d.EOL.Release, Time: d.EOL.Time}]++
		}
	}
	j := &Judged{Rules: rules}
	for d, n := range denied {
		d.Devices = n
		j.Denied = append(j.Denied, d)
	}
	slices.SortFunc(j.Denied, func(a, b DeniedCount) int {
		return cmp.Or(cmp.Compare(b.Devices, a.Devices), strings.Compare(a.Advisory, b.Advisory), strings.Compare(a.Platform, b.Platform), strings.Compare(a.Version, b.Version))
	})
	for e, n := range ends {
		e.Devices = n
		j.EndOfLife = append(j.EndOfLife, e)
	}
	slices.SortFunc(j.EndOfLife, func(a, b EndCount) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Platform, b.Platform), strings.Compare(a.Release, b.Release))
	})
	v.judged = j
	return *j
}
