package version

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Device is what rules go by.
type Device struct {
	Name, Platform, Vendor, Model, Group string
	Labels                               map[string]string
	Version                              string // "" if not known
}

// MatchKeys are the keys of a Match that are no labels.
var MatchKeys = []string{"device", "platform", "vendor", "model", "group"}

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
type Match struct{ conditions []condition } // sorted by key

// condition is one key of a Match.
type condition struct {
	key, text string
	glob      *Glob // nil: the text itself is meant
}

func (c *condition) meets(value string) bool {
	if c.glob == nil {
		return value == c.text
	}
	return c.glob.Match(value)
}

// ParseMatch reads globs by key: device, platform, vendor, model, group, or the name of a label. All of them must match; a device
// without the label, or whose model is not known, does not match.
func ParseMatch(globs map[string]string) (Match, error) {
	var m Match
	for _, key := range slices.Sorted(maps.Keys(globs)) {
		c := condition{key: key, text: globs[key]}
		if c.text == "" {
			return Match{}, fmt.Errorf("%s: is empty; * matches every %s", key, key)
		}
		if IsGlob(c.text) {
			glob := NewGlob(c.text)
			c.glob = &glob
		}
		m.conditions = append(m.conditions, c)
	}
	return m, nil
}

// String returns the conditions as text: "platform=cisco_ios model=C9300*"; "" is for all devices.
func (m Match) String() string {
	texts := make([]string, len(m.conditions))
	for i, c := range m.conditions {
		texts[i] = c.key + "=" + c.text
	}
	return strings.Join(texts, " ")
}

// Matches says whether the rule is for the device.
func (m Match) Matches(d Device) bool { return m.mismatch(d) == "" }

// MatchesPlatform says whether the rule can be for devices of a platform, by its id and vendor. The vendor is asked for only
// where it decides.
func (m Match) MatchesPlatform(id string, vendor func() string) bool {
	values := map[string]func() string{"platform": func() string { return id }, "vendor": vendor}
	for i := range m.conditions { // the platform comes before the vendor
		if value, known := values[m.conditions[i].key]; known && !m.conditions[i].meets(value()) {
			return false
		}
	}
	return true
}

// mismatch returns the first key, by the alphabet, that a device does not match; "": it matches all.
func (m Match) mismatch(d Device) string {
	for i := range m.conditions {
		c := &m.conditions[i]
		if value := d.field(c.key); value == "" || !c.meets(value) {
			return c.key
		}
	}
	return ""
}
