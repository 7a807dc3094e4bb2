package pages

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/fleet"
)

// overviewProblems are what is wrong with an address of the overview, in one line: what was found in the query, and what the page
// itself finds. "": nothing is.
func overviewProblems(values url.Values, found []fleet.Problem) string {
	var all []string
	for _, p := range found {
		all = append(all, p.Text)
	}
	all = append(all, oneOf(values, "format", "text", "html")...)
	if page := values.Get("page"); page != "" {
		if n, err := strconv.Atoi(page); err != nil || n < 1 {
			all = append(all, fmt.Sprintf("page=%q: want a whole number from 1 on", shorten(page, leastMessage)))
		}
	}
	return strings.Join(all, "; ")
}

// versionsProblems are those of an address of the page of versions.
func versionsProblems(values url.Values) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains([]string{"platform", "sort", "format"}, name) {
			all = append(all, fmt.Sprintf("unknown parameter %q", shorten(name, leastMessage)))
		}
	}
	all = append(all, oneOf(values, "format", "text", "html")...)
	all = append(all, oneOf(values, "sort", "platform")...)
	return strings.Join(all, "; ")
}

// oneOf tells of a value that is none of those that there are.
func oneOf(values url.Values, name string, words ...string) []string {
	value := values.Get(name)
	if value == "" || slices.Contains(words, value) {
		return nil
	}
	return []string{fmt.Sprintf("%s=%q: want %s", name, shorten(value, leastMessage), list(words, "or"))}
}
