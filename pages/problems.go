package pages

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/netver/netver_exporter/fleet"
)

// reads are the parameters that each page reads, beside the filters of the overview, with the values that they may have; nil: others
// check them.
var reads = map[string]map[string][]string{
	"overview": {"format": formats, "page": nil},
	"device":   {"format": formats, "poll": {refused}},
	"versions": {"format": formats, "sort": {"platform"}, "platform": nil},
}

var formats = []string{"text", "html"}

// readBy are the names of the parameters that a page reads.
func readBy(page string) []string { return slices.Sorted(maps.Keys(reads[page])) }

// given are the parameters of a request. What cannot be read is left out, and a problem.
func given(r *http.Request) (url.Values, []fleet.Problem) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return values, []fleet.Problem{{Text: fmt.Sprintf("a parameter cannot be read: %v", err)}}
	}
	return values, nil
}

// badValues are values that are none of those that a page's parameters may have.
func badValues(page string, values url.Values) (problems []fleet.Problem) {
	for _, name := range readBy(page) {
		value, words := values.Get(name), reads[page][name]
		if value != "" && words != nil && !slices.Contains(words, value) {
			problems = append(problems, fleet.Problem{Parameter: name, Value: value, Text: fmt.Sprintf("%s=%q: want %s", name, shorten(value, leastMessage), list(words))})
		}
	}
	return problems
}

// badPage is a number of a page that is none.
func badPage(values url.Values) (problems []fleet.Problem) {
	page := values.Get("page")
	if n, err := strconv.Atoi(page); page != "" && (err != nil || n < 1) {
		problems = append(problems, fleet.Problem{Parameter: "page", Value: page, Text: fmt.Sprintf("page=%q: want a whole number from 1 on", shorten(page, leastMessage))})
	}
	return problems
}
