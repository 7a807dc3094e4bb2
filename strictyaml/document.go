// Package strictyaml reads YAML files that people write: it fills plain structs, and notes everything that is wrong with
// a file, each problem with its line and key. It knows YAML; it does not know what a key means.
package strictyaml

import (
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// Document is one file while sense is made of it. It collects problems and warnings, so that all of them can be
// reported at once. It is not safe for concurrent use.
type Document struct {
	file     string
	root     *yaml.Node
	size     int // of the source, in bytes
	problems Problems
	warnings Problems
	faulty   map[string]bool // places with a problem of form; with a dot at the end: mappings with a key that is unknown
	index    map[*yaml.Node]map[string]entry
	noted    []string                     // the places of the problems
	lists    map[string][]include         // parts of lists at the top that come from other files, in order
	owners   map[string]map[string]string // the files of entries of mappings at the top that come from others
}

// Parse reads source, which must hold exactly one YAML document. file is the name that stands in messages. needs says
// what a file of this kind has at least, for the message about an empty one. The error is of type Problems.
func Parse(file string, source []byte, needs string) (*Document, error) {
	root, problem := parse(source, needs)
	if problem != nil {
		problem.File = file
		return nil, Problems{*problem}
	}
	return &Document{
		file: file, root: root, size: len(source),
		faulty: map[string]bool{}, index: map[*yaml.Node]map[string]entry{},
		lists: map[string][]include{}, owners: map[string]map[string]string{},
	}, nil
}

// Decode fills *v, a struct that may hold defaults already. What does not fit is a problem and stays as it was.
//
// A field's tag is `yaml:"key,option..."`, and a field without one is left alone. The options:
//
//	required  the key must be there
//	filled    a text, or each item of a list, must not be empty, and neither must the list
//	list      a value that is no list counts as a list of one
//	inline    the fields of the struct stand among those around it
//	short     the struct may be written as a single text, which is this field; its key may be ""
//
// A tag `oneof:"a b"` lists the texts that are allowed, and `alias:"name"` is another name of the key. Types with UnmarshalText are decoded by it, its errors being
// messages to the file's author. Durations are written as Prometheus and Go write them.
func (d *Document) Decode(v any) {
	w := &decoder{document: d, budget: 10*d.size + 10_000, fields: map[reflect.Type][]field{}}
	w.decode(d.root, reflect.ValueOf(v).Elem(), nil, &field{})
}

// Fault notes a problem of meaning, unless one of form explains it.
func (d *Document) Fault(at *Path, format string, args ...any) {
	if !d.Explained(at) {
		d.note(at, d.problem(at, format, args...))
	}
}

// Explained reports whether a problem of form at the path or around it makes any problem of meaning there worthless: the
// value could not be read, or its mapping has a key that is unknown and may be the one that is missing.
func (d *Document) Explained(at *Path) bool {
	if d.faulty[at.String()+"."] || at != nil && d.faulty[at.parent.String()+"."] && !d.Given(at) {
		return true
	}
	for p := at; ; p = p.parent {
		if d.faulty[p.String()] {
			return true
		}
		if p == nil {
			return false
		}
	}
}

// Warn notes what works but is hardly meant.
func (d *Document) Warn(at *Path, format string, args ...any) {
	d.warnings = append(d.warnings, d.problem(at, format, args...))
}

// Add notes problems of other files, which this one names.
func (d *Document) Add(problems ...Problem) { d.problems = append(d.problems, problems...) }

// AddWarning notes what is to be told of another file, which this one names.
func (d *Document) AddWarning(p Problem) { d.warnings = append(d.warnings, p) }

func (d *Document) problem(at *Path, format string, args ...any) Problem {
	file, there := d.origin(at)
	return Problem{file, d.Line(at), there.String(), fmt.Sprintf(format, args...)}
}

// note takes in a problem at a path.
func (d *Document) note(at *Path, p Problem) {
	d.problems, d.noted = append(d.problems, p), append(d.noted, at.String())
}

// Faulty reports whether a problem has been noted at the key or below it.
func (d *Document) Faulty(at *Path) bool {
	key := at.String()
	return slices.ContainsFunc(d.noted, func(place string) bool { return within(place, key) })
}

// Err returns the problems noted so far, in the order of files and lines, as an error of type Problems; nil: none.
func (d *Document) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	d.problems.sort()
	return d.problems
}

// Warnings returns the warnings noted so far, in the order of files and lines.
func (d *Document) Warnings() []string {
	d.warnings.sort()
	return d.warnings.lines()
}

// Given reports whether the file has a value at the path.
func (d *Document) Given(at *Path) bool {
	value, _ := d.find(at)
	return value != nil
}

// Nearest is the path itself if the file has a value there, else the one around it: a struct in its short form has no
// key to point at.
func (d *Document) Nearest(at *Path) *Path {
	if d.Given(at) {
		return at
	}
	return at.parent
}

// Item is the path of a list's item, where a value that is no list counts as a list of one.
func (d *Document) Item(list *Path, i int) *Path {
	if value, _ := d.find(list); value != nil && follow(value).Kind != yaml.SequenceNode {
		return list
	}
	return list.Item(i)
}

// Line is the line of the path's key, from 1; if the path leads nowhere it is the line of the last step that does.
func (d *Document) Line(at *Path) int {
	_, line := d.find(at)
	return line
}

func (d *Document) find(at *Path) (value *yaml.Node, line int) {
	if at == nil {
		return d.root, max(d.root.Line, 1)
	}
	parent, line := d.find(at.parent)
	if parent == nil {
		return nil, line
	}
	parent = follow(parent)
	if at.index != notItem {
		if parent.Kind != yaml.SequenceNode || at.index >= len(parent.Content) {
			return nil, line
		}
		value = parent.Content[at.index]
		return value, value.Line
	}
	if e, ok := d.keysOf(parent)[at.key]; ok {
		return e.value, e.key.Line
	}
	return nil, line
}

// keysOf indexes a mapping's entries, so that many problems in a large mapping do not cost its size each.
func (d *Document) keysOf(n *yaml.Node) map[string]entry {
	if keys, ok := d.index[n]; ok {
		return keys
	}
	keys := map[string]entry{}
	for _, e := range entries(n) {
		if _, ok := keys[e.key.Value]; !ok {
			keys[e.key.Value] = e
		}
	}
	d.index[n] = keys
	return keys
}
