package pages

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/netver/netver_exporter/fleet"
)

// docs is where the documentation is.
const docs = "https://github.com/netver/netver_exporter/blob/main/docs/"

// platform is a line about what a platform runs.
type platform struct {
	Name, Href string
	Devices    int
	Bar        []segment
	Versions   []running
	More       int
}

// running is a version and the devices that run it.
type running struct {
	Text, Class, Href, Title, Word string
	Devices                        string
}

// segment is a part of a bar, in percent of its width.
type segment struct{ X, Width, Class string }

// platforms are those with the most devices. Each has versions that are denied, then the most common ones.
func platforms(v *fleet.View, most int) []platform {
	const shown = 3
	var all []platform
	for _, p := range v.Platforms()[:min(most, len(v.Platforms()))] {
		made := platform{Name: p.Name, Href: only("platform", p.Name), Devices: p.Devices, Bar: bar(p)}
		versions := mostImportant(p.Versions)
		for _, r := range versions[:min(shown, len(versions))] {
			made.Versions = append(made.Versions, newRunning(p, r, r.Name+" "+share(r.Devices, p.Devices)))
		}
		made.More = max(0, len(versions)-shown)
		all = append(all, made)
	}
	return all
}

// mostImportant are versions in another order: those that are denied, then the most common ones.
func mostImportant(versions []fleet.Version) []fleet.Version {
	return slices.SortedStableFunc(slices.Values(versions), func(a, b fleet.Version) int {
		return cmp.Or(first(b.Verdict == fleet.Denied)-first(a.Verdict == fleet.Denied), cmp.Compare(b.Devices, a.Devices))
	})
}

func first(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func newRunning(p fleet.Platform, r fleet.Version, text string) running {
	made := running{Text: text, Href: only("platform", p.Name, "version", r.Name), Devices: number(r.Devices)}
	word, class := verdictText(r.Verdict)
	made.Word, made.Title = word, word
	if class != "" {
		made.Class = class[len("v "):]
	}
	if len(r.Badges) > 1 {
		made.Title = ""
		for _, w := range verdictWords {
			if n := r.Badges[w.verdict]; n > 0 {
				made.Title += fmt.Sprintf(", %s %s", number(n), w.text)
			}
		}
		made.Title = made.Title[len(", "):]
	}
	return made
}

const (
	leastSegment = 1.2 // percent of a bar, so that few devices among many stay visible
	gap          = 0.6
)

// bar shows what a platform runs, the newest version first. Versions of few devices that nothing is wrong with are one segment.
func bar(p fleet.Platform) []segment {
	type part struct {
		percent float64
		class   string
	}
	var parts []part
	whole, rest := 0, 0
	for _, r := range p.Versions {
		whole += r.Devices
	}
	for _, r := range slices.Backward(p.Versions) {
		percent := 100 * float64(r.Devices) / float64(whole)
		if percent < leastSegment && r.Verdict != fleet.Denied {
			rest += r.Devices
			continue
		}
		_, class := verdictText(r.Verdict)
		parts = append(parts, part{percent, cmp.Or(class, "v none")[len("v "):]})
	}
	if rest > 0 {
		parts = append(parts, part{100 * float64(rest) / float64(whole), "none"})
	}
	sum := 0.0
	for i := range parts {
		parts[i].percent = max(parts[i].percent, leastSegment+gap)
		sum += parts[i].percent
	}
	var segments []segment
	x := 0.0
	for _, part := range parts {
		width := part.percent * 100 / sum
		segments = append(segments, segment{percent(x), percent(max(0.3, width-gap)), part.class})
		x += width
	}
	return segments
}

func percent(n float64) string { return fmt.Sprintf("%.1f", n) }

// portion is a bar of one share.
func portion(part, whole int, class string) []segment {
	return []segment{{"0", "100", "bg"}, {"0", percent(100 * float64(part) / float64(max(1, whole))), class}}
}
