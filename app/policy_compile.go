package app

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/version"
)

// compiler turns what is written about versions into what package version judges by, and knows what there is to match.
type compiler struct {
	known  *parser.Registry
	values map[string]map[string]bool // that devices have in the inventory, by key of a match; without devices: none
}

func newCompiler(c *config.Config, known *parser.Registry, groups []poll.Group) compiler {
	if groups == nil || len(c.Versions) == 0 && len(c.Advisories) == 0 { // nothing to match
		return compiler{known: known}
	}
	values := map[string]map[string]bool{}
	note := func(key, value string) {
		if values[key] == nil {
			values[key] = map[string]bool{}
		}
		values[key][value] = true
	}
	for _, g := range groups {
		for i := range g.Devices {
			note("group", g.Name)
			note("device", g.Devices[i].Name)
			for _, l := range g.Devices[i].Labels {
				note(l.Name, l.Value)
			}
		}
	}
	for _, g := range c.Groups { // also one that has no devices yet
		for name, value := range g.Labels {
			note(name, value)
		}
	}
	if values["device"] == nil {
		values = nil
	}
	return compiler{known, values}
}

// rule makes one of the rules of the configuration. Problems are in the document.
func (c compiler) rule(document *strictyaml.Document, at *strictyaml.Path, r *config.Rule) version.Rule {
	made := version.Rule{Name: r.Name, Want: r.Want, From: r.From.Time, Until: r.Until.Time}
	made.Match = c.match(document, at.Child("match"), r.Match)
	for i := range r.Want {
		c.check(document, document.Item(at.Child("want"), i), []version.Match{made.Match}, r.Want[i].Check)
	}
	for i := range r.Deny {
		made.Deny = append(made.Deny, c.deny(document, at.Child("deny").Item(i), &r.Deny[i], made.Match))
	}
	return made
}

// deny makes an entry, which is for devices that match it and what is around it.
func (c compiler) deny(document *strictyaml.Document, at *strictyaml.Path, d *config.Deny, around version.Match) version.Deny {
	made := version.Deny{Match: c.match(document, at.Child("match"), d.Match), Note: d.Note, Severity: d.Severity}
	both := []version.Match{around, made.Match}
	if d.Version.String() != "" {
		made.Version = &d.Version
		c.check(document, at.Child("version"), both, d.Version.Check)
		return made
	}
	made.Fixed = d.Fixed
	for i, fix := range d.Fixed {
		one := version.Deny{Fixed: []string{fix}}
		c.check(document, document.Item(at.Child("fixed"), i), both, one.Check)
	}
	return made
}

// check notes a version that cannot be compared with those of any platform that it is for.
func (c compiler) check(document *strictyaml.Document, at *strictyaml.Path, matches []version.Match, check func(*version.Order) error) {
	var ids []string
	var first error
	for _, id := range c.known.IDs() {
		platform := func() *parser.Platform { p, _ := c.known.Get(id); return p }
		vendor := func() string { return platform().Vendor }
		if slices.ContainsFunc(matches, func(m version.Match) bool { return !m.MatchesPlatform(id, vendor) }) {
			continue
		}
		p := platform()
		err := check(p.Order)
		if err == nil {
			return
		}
		ids = append(ids, p.ID)
		if first == nil {
			first = withExample(err, p)
		}
	}
	switch len(ids) {
	case 0: // it has been said that no platform matches
	case 1:
		document.Fault(at, "platform %s: %v", ids[0], first)
	default:
		document.Fault(at, "none of the %d platforms that match can compare it; platform %s: %v", len(ids), ids[0], first)
	}
}

// match reads the globs of a rule or an entry. The name of a platform may be one of other tools.
func (c compiler) match(document *strictyaml.Document, at *strictyaml.Path, globs map[string]string) version.Match {
	globs = maps.Clone(globs)
	if name := globs["platform"]; name != "" && !version.IsGlob(name) {
		p, err := c.known.Find(name)
		switch {
		case errors.Is(err, parser.ErrTransport):
			document.Fault(at.Child("platform"), "%v", err)
		case err != nil:
			document.Fault(at.Child("platform"), "unknown platform %q%s; netver_exporter platforms lists all", name, strictyaml.Suggest(name, c.known.Names()))
		default:
			globs["platform"] = p.ID
		}
	}
	m, err := version.ParseMatch(globs)
	if err != nil {
		return version.Match{} // it has been said why
	}
	c.fits(document, at, globs)
	return m
}

// fits warns of globs that match nothing that there is.
func (c compiler) fits(document *strictyaml.Document, at *strictyaml.Path, globs map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(globs)) {
		place := at.Child(key)
		switch key {
		case "model":
		case "platform":
			if version.IsGlob(globs[key]) && !matchesAny(globs[key], slices.Values(c.known.IDs())) {
				document.Fault(place, "no platform has such a name; netver_exporter platforms lists all")
			}
		case "vendor":
			if vendors := c.vendors(); !matchesAny(globs[key], slices.Values(vendors)) {
				document.Warn(place, "no platform has the vendor %q%s", globs[key], strictyaml.Suggest(globs[key], vendors))
			}
		default:
			c.fitsInventory(document, place, key, globs[key])
		}
	}
}

// vendors lists those of all platforms, sorted.
func (c compiler) vendors() []string {
	all := map[string]bool{}
	for _, p := range c.known.All() {
		all[p.Vendor] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// fitsInventory warns of a name or label that no device has. An inventory without devices has yet to be filled.
func (c compiler) fitsInventory(document *strictyaml.Document, at *strictyaml.Path, key, glob string) {
	switch {
	case c.values == nil || matchesAny(glob, maps.Keys(c.values[key])):
	case slices.Contains(version.MatchKeys, key):
		document.Warn(at, "no %s has the name %q%s", key, glob, strictyaml.Suggest(glob, slices.Sorted(maps.Keys(c.values[key]))))
	case c.values[key] == nil:
		known := slices.Concat(version.MatchKeys, slices.Sorted(maps.Keys(c.values)))
		document.Warn(at, "no device has a label %q%s", key, strictyaml.Suggest(key, known))
	default:
		document.Warn(at, "no device has the label %s=%q%s", key, glob, strictyaml.Suggest(glob, slices.Sorted(maps.Keys(c.values[key]))))
	}
}

// matchesAny says whether a glob of a match matches one of the values that its key has.
func matchesAny(glob string, values iter.Seq[string]) bool {
	m, err := version.ParseMatch(map[string]string{"label": glob})
	if err != nil {
		return true // it has been said why
	}
	for value := range values {
		if m.Matches(version.Device{Labels: map[string]string{"label": value}}) {
			return true
		}
	}
	return false
}

// parse reads a file of the policy.
func (c compiler) parse(f policyFile, text []byte) (r reading, problems strictyaml.Problems, warnings []string) {
	if f.kind == lifecycle {
		r.platform, r.releases, problems = c.lifecycle(f.name, text)
		return r, problems, nil
	}
	a, err := config.ParseAdvisories(f.name, text)
	if err == nil {
		for i := range a.Entries {
			r.denies = append(r.denies, c.deny(a.Document, (*strictyaml.Path)(nil).Item(i), &a.Entries[i], version.Match{}))
		}
		err, warnings = a.Document.Err(), a.Document.Warnings()
	}
	problems, _ = errors.AsType[strictyaml.Problems](err)
	return r, problems, warnings
}

func (c compiler) lifecycle(name string, text []byte) (platform string, releases []version.Release, problems strictyaml.Problems) {
	platform, releases, err := version.ParseLifecycle(text)
	if wrong, ok := errors.AsType[*version.LineError](err); ok {
		return "", nil, strictyaml.Problems{{File: name, Line: wrong.Line, Text: wrong.Text}}
	}
	p, err := c.known.Find(platform)
	if err != nil {
		return "", nil, strictyaml.Problems{{File: name, Key: "platform", Text: fmt.Sprintf("%v%s; netver_exporter platforms lists all", err, strictyaml.Suggest(platform, c.known.Names()))}}
	}
	return p.ID, releases, nil
}
