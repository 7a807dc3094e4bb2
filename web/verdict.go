package web

import (
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/version"
)

// Verdict is what the policy says of the version that a device runs. What is not known is left out.
type Verdict struct {
	State     Compliance `json:"state"`
	Rule      string     `json:"rule,omitempty"`    // the one that judges
	Wanted    string     `json:"wanted,omitempty"`  // by it
	Planned   string     `json:"planned,omitempty"` // the rule that will judge later
	Why       string     `json:"why"`
	Denied    []Denial   `json:"denied,omitempty"`
	Undecided []Denial   `json:"undecided,omitempty"` // entries that the version cannot be compared with
	EOL       *EOL       `json:"eol,omitempty"`
}

// Compliance is a Verdict in one word.
type Compliance string

// The states of a Verdict.
const (
	Compliant    Compliance = fleet.Compliant
	NonCompliant Compliance = fleet.NonCompliant
	Undecided    Compliance = fleet.Undecided // the version cannot be compared with those of the rule
	Unjudged     Compliance = fleet.Unjudged  // no rule judges, or the version is not known
)

// Denial is an entry by which a version is known bad.
type Denial struct {
	Advisory string `json:"advisory"`
	Severity string `json:"severity,omitempty"`
}

// EOL is the end of life of the release that a device runs.
type EOL struct {
	Release string    `json:"release"`
	Date    time.Time `json:"date,omitzero"` // zero: it has come, and the date is not known
}

// NewVerdict puts a verdict into the API's words; nil stays nil.
func NewVerdict(v *version.Verdict) *Verdict {
	if v == nil {
		return nil
	}
	made := &Verdict{
		State: compliance(v), Rule: v.Rule, Wanted: v.Wanted, Planned: v.Planned, Why: v.Why,
		Denied: denials(v.Denied), Undecided: denials(v.Undecided),
	}
	if v.EOL != nil {
		made.EOL = &EOL{v.EOL.Release, v.EOL.Time}
	}
	return made
}

func compliance(v *version.Verdict) Compliance {
	switch {
	case v.Compliant == version.Yes:
		return Compliant
	case v.Compliant == version.No:
		return NonCompliant
	case v.Rule != "" && v.Undecidable:
		return Undecided
	}
	return Unjudged
}

func denials(all []version.Denial) (made []Denial) {
	for _, d := range all {
		made = append(made, Denial{d.Note, d.Severity})
	}
	return made
}
