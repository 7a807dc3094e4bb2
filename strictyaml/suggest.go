package strictyaml

import (
	"slices"
	"strings"
)

// Suggest is a hint in parentheses with the names that are close to the one written or, if none is, with all of
// them while they fit on a line.
func Suggest(name string, known []string) string {
	known = slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == "" })
	near := Closest(name, known)
	switch {
	case len(near) > 0 && len(near) <= 3:
		return " (did you mean " + strings.Join(near, " or ") + "?)"
	case len(known) == 0:
		return ""
	case len(known) <= 16:
		return " (known here: " + strings.Join(known, ", ") + ")"
	}
	return ""
}

// Closest lists the known names that are one slip of the pen away from the one written, or that fewest slips make it.
func Closest(name string, known []string) []string {
	var near []string
	best := max(1, len(name)/3)
	for _, k := range known {
		d := distance(strings.ToLower(name), strings.ToLower(k))
		if d < best {
			best, near = d, nil
		}
		if d == best {
			near = append(near, k)
		}
	}
	return near
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to turn a into b.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return max(len(a), len(b))
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
