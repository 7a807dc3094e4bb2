package version

import (
	"cmp"
	"slices"
	"strings"
)

// Sort returns the versions in ascending order, those that mean the same in one group, each text once. Trains of the same release
// stand in the natural order of their numbers, although Compare does not compare them. Only one family can be in one order: the
// one with the most versions. The others are incomparable, by family, and at the end of those what has no known form.
func (o *Order) Sort(versions []string) (groups [][]string, incomparable []string) {
	type entry struct {
		text string
		reading
	}
	var known []entry
	var unknown []string
	seen, size := map[string]bool{}, map[string]int{}
	for _, text := range versions {
		if seen[text] {
			continue
		}
		seen[text] = true
		if r, ok := o.read(text); ok {
			known = append(known, entry{text, r})
			size[r.family]++
		} else {
			unknown = append(unknown, text)
		}
	}
	slices.SortStableFunc(known, func(a, b entry) int {
		return cmp.Or(cmp.Compare(size[b.family], size[a.family]), strings.Compare(a.family, b.family), strings.Compare(a.order, b.order))
	})
	for i, e := range known {
		switch {
		case e.family != known[0].family:
			incomparable = append(incomparable, e.text)
		case i > 0 && e.order == known[i-1].order:
			groups[len(groups)-1] = append(groups[len(groups)-1], e.text)
		default:
			groups = append(groups, []string{e.text})
		}
	}
	return groups, append(incomparable, unknown...)
}
