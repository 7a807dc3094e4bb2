package fleet

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// Query is a question: which devices, and in which order. The zero value is all of them. Make others with Parse.
type Query struct {
	Search  string   // the parameter q: words that all must match
	Filters []Filter // all must match; in the order of Parameters, labels last
	Sort    string   // a word of Sorts or label.NAME, with - before it for descending; "": what the caller takes for the default

	refused bool // a part of the question is larger than may be asked, and is not in here: no device matches
}

// Filter is a parameter and the values that match it.
type Filter struct {
	Name   string
	Values []string // at least one; a device matches that matches one of them
}

// Problem is what is wrong with a parameter of a URL.
type Problem struct {
	Parameter, Value string
	Text             string // one sentence
}

// Texts are those of problems, in one line; "": there are none.
func Texts(problems []Problem) string {
	var b strings.Builder
	for i, p := range problems {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// Parse reads the parameters of a URL. An empty value is as none. A filter with a value that does not exist stays in the query
// and matches nothing. The problems name each value that does not exist, in the search too, and what Unread finds; also are the
// parameters that the caller reads itself. A question that is larger than may be asked is not read, and matches nothing.
func Parse(values url.Values, also ...string) (Query, []Problem) {
	if problem, ok := tooLarge(values); ok {
		return Query{refused: true}, []Problem{problem}
	}
	q, others := Query{Search: strings.TrimSpace(values.Get("q"))}, url.Values{}
	for _, name := range names(values) {
		given := Given(values[name])
		if _, known := parameter(name); known && len(given) > 0 {
			q.Filters = append(q.Filters, Filter{name, given})
		} else if len(given) > 0 {
			others[name] = given
		}
	}
	var problems []Problem
	for _, f := range q.asked() {
		p, _ := parameter(f.Name)
		for _, v := range f.Values {
			if p.Words != nil && !slices.Contains(p.Words, v) {
				problems = append(problems, Problem{f.Name, v, fmt.Sprintf("%s=%q: want %s", f.Name, v, strings.Join(p.Words, ", "))})
			}
		}
	}
	problems = append(problems, Unread(others, slices.Concat(also, filterNames(), []string{"q", "sort"})...)...)
	if q.Sort = others.Get("sort"); q.Sort != "" && !sortable(q.Sort) {
		problems = append(problems, Problem{"sort", q.Sort, fmt.Sprintf("sort=%q: want %s or label.NAME, with - before it for descending", q.Sort, strings.Join(SortWords(), ", "))})
		q.Sort = ""
	}
	return q, problems
}

// names are those of the parameters in a URL, in the order of Parameters, others after them by the alphabet.
func names(values url.Values) []string {
	sorted := slices.Sorted(maps.Keys(values))
	place := func(name string) int {
		if i := slices.IndexFunc(Parameters, func(p Parameter) bool { return p.Name == name }); i >= 0 {
			return i
		}
		return len(Parameters)
	}
	slices.SortStableFunc(sorted, func(a, b string) int { return place(a) - place(b) })
	return sorted
}

// Values are the parameters of the query's URL.
func (q Query) Values() url.Values {
	values := url.Values{}
	if q.Search != "" {
		values.Set("q", q.Search)
	}
	for _, f := range q.Filters {
		values[f.Name] = f.Values
	}
	if q.Sort != "" {
		values.Set("sort", q.Sort)
	}
	return values
}

// Value is what a filter asks for, if it asks for one value; "" otherwise.
func (q Query) Value(name string) string {
	for _, f := range q.Filters {
		if f.Name == name && len(f.Values) == 1 {
			return f.Values[0]
		}
	}
	return ""
}

// With is the query with a filter in the place of those of its name; without values there is none.
func (q Query) With(name string, values ...string) Query {
	q.Filters = slices.DeleteFunc(slices.Clone(q.Filters), func(f Filter) bool { return f.Name == name })
	if len(values) > 0 {
		q.Filters = append(q.Filters, Filter{name, values})
	}
	return q
}

// matchers make the conditions of the filters and of the words of the search. They belong to one goroutine at a time.
func (q Query) matchers(at time.Time) (all []func(*poll.Status) bool) {
	for _, f := range q.Filters {
		all = append(all, f.matcher(at))
	}
	for _, t := range split(q.Search) {
		all = append(all, t.matcher(at))
	}
	return all
}

func (f Filter) matcher(at time.Time) func(*poll.Status) bool {
	of, _ := wordsOf(f.Name)
	var globs []version.Glob
	for _, v := range f.Values {
		if version.IsGlob(v) {
			globs = append(globs, version.NewGlob(v))
		}
	}
	matches := func(w string) bool {
		return slices.Contains(f.Values, w) || slices.ContainsFunc(globs, func(g version.Glob) bool { return g.Match(w) })
	}
	if of.one != nil {
		return func(s *poll.Status) bool {
			w := of.one(s)
			return w != "" && matches(w)
		}
	}
	var room [8]string
	return func(s *poll.Status) bool { return slices.ContainsFunc(of.several(room[:0], s, at), matches) }
}
