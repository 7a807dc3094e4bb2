package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/version"
)

// Rule says what should run where.
type Rule struct {
	Name  string            `yaml:"name"` // by default its place in the list, from 1
	Match map[string]string `yaml:"match"`
	Want  []version.Spec    `yaml:"want,list"`
	Deny  []Deny            `yaml:"deny"`
	From  Date              `yaml:"from"`
	Until Date              `yaml:"until"`
}

// Deny is versions that are known bad.
type Deny struct {
	Match    map[string]string `yaml:"match"`
	Version  version.Spec      `yaml:"version,short"`
	Fixed    []string          `yaml:"fixed,list,filled"`
	Note     string            `yaml:"note"` // by default what is denied
	Severity string            `yaml:"severity"`
}

// Date is a day, which begins at midnight UTC. The zero value is not given.
type Date struct{ time.Time }

// UnmarshalText reads "2026-12-01".
func (d *Date) UnmarshalText(text []byte) (err error) {
	if d.Time, err = time.Parse(time.DateOnly, string(text)); err != nil {
		return fmt.Errorf("%q is not a date; write it as 2026-12-01", text)
	}
	return nil
}

// maxText is the longest name of a rule and the longest note, in bytes: they are values of labels.
const maxText = 200

// rules completes the rules for versions.
func (l *loader) rules(written []Rule) []Rule {
	all := strictyaml.At("versions")
	names := make(map[string]*strictyaml.Path, len(written))
	for i := range written {
		r, at := &written[i], all.Item(i)
		if r.Name == "" {
			r.Name = strconv.Itoa(i + 1)
		}
		text(l.document, at.Child("name"), r.Name)
		if first, ok := names[r.Name]; ok {
			l.document.Fault(l.document.Nearest(at.Child("name")), "there is another rule %q in %s; names must differ", r.Name, l.document.Place(first, at))
		}
		names[r.Name] = at
		if len(r.Want) == 0 && len(r.Deny) == 0 {
			l.document.Fault(at, "the rule has neither want nor deny; say which versions should run, or which should not")
		}
		if !r.From.IsZero() && !r.Until.IsZero() && !r.From.Before(r.Until.Time) {
			l.document.Fault(at.Child("until"), "%s is not after from, %s", r.Until.Format(time.DateOnly), r.From.Format(time.DateOnly))
		}
		matches(l.document, at, r.Match)
		for j := range r.Deny {
			r.Deny[j].complete(l.document, at.Child("deny").Item(j))
		}
	}
	return written
}

// complete checks an entry and fills in its note.
func (d *Deny) complete(document *strictyaml.Document, at *strictyaml.Path) {
	named := d.Version.String() != ""
	switch {
	case named && len(d.Fixed) > 0:
		document.Fault(at, "version and fixed are both given; keep one")
	case !named && len(d.Fixed) == 0:
		document.Fault(at, "neither version nor fixed is given; say which versions are bad, or in which that is fixed")
	}
	if d.Note == "" && named {
		d.Note = d.Version.String()
	} else if d.Note == "" {
		d.Note = "fixed in " + strings.Join(d.Fixed, ", ")
		d.Note = d.Note[:min(len(d.Note), maxText)]
	}
	d.Severity = strings.ToLower(d.Severity)
	text(document, at.Child("note"), d.Note)
	text(document, at.Child("severity"), d.Severity)
	matches(document, at, d.Match)
}

func text(document *strictyaml.Document, at *strictyaml.Path, s string) {
	if len(s) > maxText {
		document.Fault(at, "%d bytes are too long for the value of a label; want %d at most", len(s), maxText)
	}
}

func matches(document *strictyaml.Document, at *strictyaml.Path, globs map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(globs)) {
		if globs[key] == "" {
			document.Fault(at.Child("match").Child(key), "is empty; * matches every %s", key)
		}
	}
}

// Advisories is a file of deny entries.
type Advisories struct {
	Entries  []Deny
	Document *strictyaml.Document // as that of Config
}

// ParseAdvisories reads a file of Advisories that has been read. The error is of type strictyaml.Problems and means that there
// is nothing to go on with.
func ParseAdvisories(path string, source []byte) (*Advisories, error) {
	document, err := strictyaml.Parse(path, source, "an entry such as [{version: 1.2.3, note: CVE-2026-1}]; a list without entries is []")
	if err != nil {
		return nil, err
	}
	a := &Advisories{Document: document}
	document.Decode(&a.Entries)
	for i := range a.Entries {
		a.Entries[i].complete(document, (*strictyaml.Path)(nil).Item(i))
	}
	return a, nil
}
