package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/netver/netver_exporter/fleet"
)

// Versions is what the fleet runs, and what the policy says of it.
type Versions struct {
	Platforms []Platform `json:"platforms"` // those with the most devices first
	Rules     []Rule     `json:"rules"`     // those that judge a device, or will
	Denied    []Denied   `json:"denied"`    // those of the most devices first
	EndOfLife []Ending   `json:"eol"`       // the first to come first
}

// Platform is the devices of a platform, and what they run.
type Platform struct {
	Platform string    `json:"platform"`
	Devices  int       `json:"devices"`
	Versions []Version `json:"versions"` // in the platform's own order, ascending; those that cannot be compared are last
}

// Version is the devices of a platform that run it.
type Version struct {
	Version  string         `json:"version"`
	Devices  int            `json:"devices"`
	Verdicts map[string]int `json:"verdicts"` // devices by what matters most of their verdict; empty without a policy
}

// Rule is the devices of a rule.
type Rule struct {
	Rule         string `json:"rule"`
	Compliant    int    `json:"compliant"`
	NotCompliant int    `json:"not_compliant"`
	Unknown      int    `json:"unknown"`
	Planned      int    `json:"planned"` // it will judge them later
}

// Denied is the devices that run a version which an entry denies.
type Denied struct {
	Advisory string `json:"advisory"`
	Severity string `json:"severity,omitempty"`
	Platform string `json:"platform"`
	Version  string `json:"version"`
	Devices  int    `json:"devices"`
}

// Ending is the devices that run a release whose end of life is known.
type Ending struct {
	Platform string    `json:"platform"`
	Release  string    `json:"release"`
	Date     time.Time `json:"date,omitzero"` // zero: it has come, and the date is not known
	Devices  int       `json:"devices"`
}

// versions counts what the fleet runs.
func versions(c Config) http.Handler {
	return api(func(w http.ResponseWriter, r *http.Request, parameters url.Values) error {
		v, err := c.Views.View(r.Context())
		if err != nil {
			return err
		}
		return answer(w, r, newVersions(v))
	})
}

func newVersions(v *fleet.View) Versions {
	all := Versions{Platforms: []Platform{}, Rules: []Rule{}, Denied: []Denied{}, EndOfLife: []Ending{}}
	for _, p := range v.Platforms() {
		made := Platform{p.Name, p.Devices, []Version{}}
		for _, v := range p.Versions {
			made.Versions = append(made.Versions, Version{v.Name, v.Devices, v.Badges})
		}
		all.Platforms = append(all.Platforms, made)
	}
	judged := v.Judged()
	for _, name := range slices.Sorted(maps.Keys(judged.Rules)) {
		r := judged.Rules[name]
		made := Rule{Rule: name, Compliant: r.Compliant, NotCompliant: r.NotCompliant, Unknown: r.Unknown}
		for _, n := range r.Planned {
			made.Planned += n
		}
		all.Rules = append(all.Rules, made)
	}
	for _, d := range judged.Denied {
		all.Denied = append(all.Denied, Denied{d.Advisory, d.Severity, d.Platform, d.Version, d.Devices})
	}
	for _, e := range judged.EndOfLife {
		all.EndOfLife = append(all.EndOfLife, Ending{e.Platform, e.Release, e.Time.UTC(), e.Devices})
	}
	return all
}
