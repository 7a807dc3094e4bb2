package fleet

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// Platform is the devices of a platform and what they run.
type Platform struct {
	Name     string
	Devices  int
	Versions []Version // in the platform's own order, ascending; those that cannot be compared are last
}

// Version is the devices of a platform that run it.
type Version struct {
	Name    string
	Devices int
	Verdict string         // Badge of most of them; Denied if it is that of one of them; "": there is no policy
	Badges  map[string]int // devices by Badge
}

// Platforms are all platforms in use, those with the most devices first. The result must not be changed.
func (v *View) Platforms() []Platform {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.platforms == nil {
		v.count([]counter{newPlatformCounter()})
	}
	return v.platforms
}

// badges are the words of Badge, the one to show first.
var badges = [...]string{Denied, NotCompliant, EndOfLife, Unknown, Compliant, NoRule, ""}

// Badge is the one word of verdict that matters most for a device; "": there is no policy, or its version is not known.
func (v *View) Badge(s *poll.Status) string {
	d := s.Verdict
	switch {
	case d == nil || s.Facts.Version == "":
		return ""
	case len(d.Denied) > 0:
		return Denied
	case d.Compliant == version.No:
		return NotCompliant
	case NearEnd(d.EOL, v.At):
		return EndOfLife
	case d.Compliant == version.Yes:
		return Compliant
	case d.Rule == "":
		return NoRule
	}
	return Unknown
}

// platformCounter counts what the devices of each platform run.
type platformCounter struct {
	platforms map[string]*platformCount
	latest    *platformCount // many devices in a row have the same
}

// platformCount counts the devices of a platform.
type platformCount struct {
	name     string
	devices  int
	versions map[string]*versionCount
}

// versionCount counts the devices that run a version, by the places of their words in badges.
type versionCount [len(badges)]int

func newPlatformCounter() *platformCounter {
	return &platformCounter{platforms: map[string]*platformCount{}, latest: &platformCount{}}
}

func (c *platformCounter) count(v *View, devices []*poll.Status) {
	for _, s := range devices {
		c.countOne(v, s)
	}
}

func (c *platformCounter) countOne(v *View, s *poll.Status) {
	if s.Platform != c.latest.name || c.latest.devices == 0 {
		c.latest = c.platforms[s.Platform]
		if c.latest == nil {
			c.latest = &platformCount{name: s.Platform, versions: map[string]*versionCount{}}
			c.platforms[s.Platform] = c.latest
		}
	}
	c.latest.devices++
	if s.Facts.Version != "" {
		n := c.latest.versions[s.Facts.Version]
		if n == nil {
			n = new(versionCount)
			c.latest.versions[s.Facts.Version] = n
		}
		n[slices.Index(badges[:], v.Badge(s))]++
	}
}

func (c *platformCounter) end(v *View) {
	v.platforms = make([]Platform, 0, len(c.platforms))
	devices := map[string]int{}
	for name, p := range c.platforms {
		if name != "" {
			devices[name] = p.devices
		}
		made := Platform{Name: name, Devices: p.devices}
		for _, text := range v.Ascending(name, slices.Sorted(maps.Keys(p.versions))) {
			made.Versions = append(made.Versions, p.versions[text].version(text))
		}
		v.platforms = append(v.platforms, made)
	}
	v.counts["platform"] = devices
	slices.SortFunc(v.platforms, func(a, b Platform) int {
		return cmp.Or(cmp.Compare(b.Devices, a.Devices), strings.Compare(a.Name, b.Name))
	})
}

func (n *versionCount) version(name string) Version {
	made := Version{Name: name, Badges: map[string]int{}}
	for i, devices := range n {
		made.Devices += devices
		if word := badges[i]; word != "" && devices > 0 {
			made.Badges[word] = devices
		}
	}
	made.Verdict = made.verdict()
	return made
}

func (r *Version) verdict() (most string) {
	if r.Badges[Denied] > 0 {
		return Denied
	}
	for _, b := range badges {
		if r.Badges[b] > r.Badges[most] {
			most = b
		}
	}
	return most
}
