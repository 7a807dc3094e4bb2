package version

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// Device is what rules go by.
type Device struct {
	Name, Platform, Vendor, Model, Group string
	Labels                               map[string]string
	Version                              string // "" if not known
}

// field returns what the device has under a key of a Match, "" if it has none.
func (d Device) field(key string) string {
	switch key {
	case "device":
		return d.Name
	case "platform":
		return d.Platform
	case "vendor":
		return d.Vendor
	case "model":
		return d.Model
	case "group":
		return d.Group
	}
	return d.Labels[key]
}

// Match says which devices a rule is for. The zero value is for all. Make it with ParseMatch.
type Match struct {
	keys  []string // sorted
	globs map[string]*regexp.Regexp
}

// ParseMatch reads globs by key: device, platform, vendor, model, group, or the name of a label. All of them must match; a device
// without the label, or whose model is not known, does not match.
func ParseMatch(globs map[string]string) (Match, error) {
	m := Match{keys: slices.Sorted(maps.Keys(globs)), globs: map[string]*regexp.Regexp{}}
	for _, key := range m.keys {
		if globs[key] == "" {
			return Match{}, fmt.Errorf("%s: is empty; * matches every %s", key, key)
		}
		m.globs[key] = globPattern(globs[key])
	}
	return m, nil
}

// Matches says whether the rule is for the device.
func (m Match) Matches(d Device) bool { return m.mismatch(d) == "" }

// MatchesPlatform says whether the rule can be for devices of a platform, by its id and vendor.
func (m Match) MatchesPlatform(id, vendor string) bool {
	for key, value := range map[string]string{"platform": id, "vendor": vendor} {
		if glob := m.globs[key]; glob != nil && !glob.MatchString(value) {
			return false
		}
	}
	return true
}

// mismatch returns the first key, by the alphabet, that a device does not match; "": it matches all.
func (m Match) mismatch(d Device) string {
	for _, key := range m.keys {
		if value := d.field(key); value == "" || !m.globs[key].MatchString(value) {
			return key
		}
	}
	return ""
}
