package fleet

import (
	"cmp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/poll"
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
	if v.platforms != nil {
		return v.platforms
	}
	type key struct{ platform, version string }
	versions, devices := map[key]*Version{}, map[string]*int{}
	for _, s := range v.Devices {
		n := devices[s.Platform]
		if n == nil {
			n = new(int)
			devices[s.Platform] = n
		}
		*n++
		if s.Facts.Version == "" {
			continue
		}
		k := key{s.Platform, s.Facts.Version}
		r := versions[k]
		if r == nil {
			r = &Version{Name: s.Facts.Version, Badges: map[string]int{}}
			versions[k] = r
		}
		r.Devices++
		if b := v.Badge(s); b != "" {
			r.Badges[b]++
		}
	}
	names := map[string][]string{}
	for k, r := range versions {
		names[k.platform] = append(names[k.platform], k.version)
		r.Verdict = r.verdict()
	}
	all := make([]Platform, 0, len(devices))
	for name, n := range devices {
		p := Platform{Name: name, Devices: *n}
		slices.Sort(names[name])
		for _, text := range v.Ascending(name, names[name]) {
			p.Versions = append(p.Versions, *versions[key{name, text}])
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Platform) int {
		return cmp.Or(cmp.Compare(b.Devices, a.Devices), strings.Compare(a.Name, b.Name))
	})
	v.platforms = all
	return all
}

// badges are the words of Badge, the one to show first.
var badges = []string{Denied, NotCompliant, EndOfLife, Unknown, Compliant, NoRule}

// Badge is the one word of verdict that matters most for a device; "": there is no policy, or its version is not known.
func (v *View) Badge(s *poll.Status) string {
	if s.Verdict == nil || s.Facts.Version == "" {
		return ""
	}
	var room [8]string
	words := verdicts(room[:0], s, v.At)
	for _, b := range badges {
		if slices.Contains(words, b) {
			return b
		}
	}
	return ""
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
