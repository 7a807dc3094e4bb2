package pages

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/fleet"
)

// filter is the form.
type filter struct {
	Query  fleet.Query
	Fields []field
	Sorts  []option
	Hidden []option // filters that have no field
	Active []chip
}

// field is one filter of the form: a choice where there are few values, text where there are many.
type field struct {
	Label, Name, Value string
	Options            []option
}

type option struct {
	Name, Value, Text string
	Selected          bool
}

// mostOptions is how many values a choice has at most; a page of a large fleet would be longer by them than by its devices.
const mostOptions = 60

// shownLabels is how many of the operator's labels have a field and a place in the table.
const shownLabels = 2

func newFilter(v *fleet.View, q fleet.Query) filter {
	f := filter{Query: q, Active: chips(q)}
	if len(f.Active) > 0 {
		f.Active = append(f.Active, chip{Text: "Clear all", Href: clearAll(q), Clear: true})
	}
	names := []string{"platform", "reason"}
	for _, label := range v.Labels(shownLabels) {
		names = append(names, fleet.LabelPrefix+label)
	}
	for _, name := range names {
		f.Fields = append(f.Fields, newField(v, q, name))
	}
	for _, given := range q.Filters {
		if !slices.Contains(names, given.Name) || len(given.Values) > 1 {
			for _, value := range given.Values {
				f.Hidden = append(f.Hidden, option{Name: given.Name, Value: value})
			}
		}
	}
	for _, word := range fleet.SortWords() {
		f.Sorts = append(f.Sorts, option{Value: word, Text: sortText(word), Selected: word == cmp.Or(q.Sort, worstFirst)})
	}
	if q.Sort != "" && !slices.ContainsFunc(f.Sorts, func(o option) bool { return o.Selected }) {
		f.Sorts = append(f.Sorts, option{Value: q.Sort, Text: strings.TrimPrefix(q.Sort, fleet.LabelPrefix), Selected: true})
	}
	return f
}

func sortText(word string) string {
	if word == worstFirst {
		return "worst first"
	}
	return strings.ReplaceAll(word, "_", " ")
}

func newField(v *fleet.View, q fleet.Query, name string) field {
	f := field{Label: strings.TrimPrefix(name, fleet.LabelPrefix), Name: name, Value: q.Value(name)}
	if f.Label == name {
		f.Label = strings.ToUpper(name[:1]) + name[1:]
	}
	values := slices.Sorted(maps.Keys(v.Count(name)))
	if f.Value != "" && !slices.Contains(values, f.Value) {
		values = append(values, f.Value)
	}
	if len(values) > mostOptions {
		return f
	}
	f.Options = []option{}
	for _, value := range values {
		f.Options = append(f.Options, option{Value: value, Selected: value == f.Value})
	}
	if len(values) == 0 { // a choice among nothing is none
		f.Options = append(f.Options, option{})
	}
	return f
}
