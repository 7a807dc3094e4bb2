package pages

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/netver/netver_exporter/fleet"
)

// link is a piece of text that may lead somewhere.
type link struct {
	Text string
	Href string
	Bold bool
}

// words makes plain text.
func words(text string) link { return link{Text: text} }

// address is the overview's for a query and a page, from 1, seen from the overview itself. Defaults are left out.
func address(q fleet.Query, number int) string {
	values := q.Values()
	if q.Sort == worstFirst {
		values.Del("sort")
	}
	if number > 1 {
		values.Set("page", strconv.Itoa(number))
	}
	if len(values) == 0 {
		return "./"
	}
	return "?" + values.Encode()
}

// only is the overview's address for one filter, or several: names and values in turn.
func only(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return "?" + values.Encode()
}

// without is the query without one value of a filter.
func without(q fleet.Query, name, value string) fleet.Query {
	for _, f := range q.Filters {
		if f.Name == name {
			return q.With(name, slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == value })...)
		}
	}
	return q
}

// chip is an active filter; the link leads to the query without it.
type chip struct {
	Text, Href string
	Clear      bool
	without    fleet.Query
}

// mostChips is how many values of filters have a link that takes them out: each repeats all others.
const mostChips = 20

// chips are one for each value of each filter, and for the search; those beyond mostChips are left out.
func chips(q fleet.Query) (all []chip) {
	add := func(text string, less fleet.Query) {
		all = append(all, chip{Text: text, Href: address(less, 1), without: less})
	}
	if q.Search != "" {
		less := q
		less.Search = ""
		add("search: "+q.Search, less)
	}
	for _, f := range q.Filters {
		for _, v := range f.Values {
			if len(all) < mostChips {
				add(f.Name+": "+v, without(q, f.Name, v))
			}
		}
	}
	return all
}

// clear leads to the query's order without any filter.
func clearAll(q fleet.Query) string { return address(fleet.Query{Sort: q.Sort}, 1) }
