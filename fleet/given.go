package fleet

import (
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/netver/netver_exporter/strictyaml"
)

// Unread names the parameters of a URL that are not among those that are read, and those of them that are given more than
// once though one value is read. What is not named in a URL is no problem, and an empty value is as none.
func Unread(values url.Values, read ...string) (problems []Problem) {
	if problem, ok := tooLarge(values); ok {
		return []Problem{problem}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given := Given(values[name])
		switch {
		case len(given) == 0:
		case !slices.Contains(read, name):
			problems = append(problems, Problem{name, given[0], fmt.Sprintf("unknown parameter %q%s", name, strictyaml.Suggest(name, read))})
		case len(given) > 1:
			problems = append(problems, Problem{name, given[1], fmt.Sprintf("%s is given %d times; once is enough", name, len(given))})
		}
	}
	return problems
}

// Given are the values that are not empty.
func Given(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}

// asked are the filters of a query, and those in its search.
func (q Query) asked() []Filter {
	all := slices.Clone(q.Filters)
	for _, t := range split(q.Search) {
		if _, ok := parameter(t.key); ok {
			all = append(all, Filter{t.key, []string{t.text}})
		}
	}
	return all
}
