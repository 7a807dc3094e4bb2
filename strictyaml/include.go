package strictyaml

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// include is where a part of the document comes from that stands in another file.
type include struct {
	file  string
	first int // the place of its first item in the joined list
}

// Include joins another file to the document, as if its lists and mappings stood behind the document's own. lists and mappings
// are the keys that it may have at its top. A key of a mapping that is there already is a problem that names both places.
// Call it before Decode.
func (d *Document) Include(file string, source []byte, lists, mappings []string) {
	root, problem := parse(source, "one of the lists and maps of a configuration")
	if problem != nil {
		problem.File = file
		d.Add(*problem)
		return
	}
	fault := func(n *yaml.Node, key, text string) { d.Add(Problem{file, n.Line, key, text}) }
	if root.Kind != yaml.MappingNode {
		fault(root, "", "want keys with a value each")
		return
	}
	d.size += len(source)
	for _, e := range entries(root) {
		key, value := follow(e.key), follow(e.value)
		switch {
		case value.ShortTag() == "!!null":
		case slices.Contains(lists, key.Value) && value.Kind == yaml.SequenceNode:
			d.joinList(file, key, value)
		case slices.Contains(mappings, key.Value) && value.Kind == yaml.MappingNode:
			d.joinMapping(file, key, value)
		case slices.Contains(lists, key.Value):
			fault(key, key.Value, "want a list: [a, b], or one item a line after a dash")
		case slices.Contains(mappings, key.Value):
			fault(key, key.Value, "want names with a value each, as in name: value")
		default:
			fault(key, key.Value, "an included file may not have this key"+Suggest(key.Value, slices.Concat(lists, mappings)))
		}
	}
	clear(d.index)
}

// joined is the value of a key at the top, to be added to; one of the kind is put there if there is none.
func (d *Document) joined(key *yaml.Node, kind yaml.Kind) *yaml.Node {
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if d.root.Content[i].Value != key.Value {
			continue
		}
		old := follow(d.root.Content[i+1])
		if old.Kind != kind && old.ShortTag() != "!!null" {
			return nil // what is wrong is found when it is decoded
		}
		made := &yaml.Node{Kind: kind, Line: old.Line, Content: slices.Clone(old.Content)}
		d.root.Content[i+1] = made
		return made
	}
	made := &yaml.Node{Kind: kind, Line: key.Line}
	d.root.Content = append(d.root.Content, key, made)
	return made
}

func (d *Document) joinList(file string, key, value *yaml.Node) {
	if into := d.joined(key, yaml.SequenceNode); into != nil {
		d.lists[key.Value] = append(d.lists[key.Value], include{file, len(into.Content)})
		into.Content = append(into.Content, value.Content...)
	}
}

func (d *Document) joinMapping(file string, key, value *yaml.Node) {
	into := d.joined(key, yaml.MappingNode)
	if into == nil {
		return
	}
	if d.owners[key.Value] == nil {
		d.owners[key.Value] = map[string]string{}
	}
	known := map[string]*yaml.Node{}
	for _, e := range entries(into) {
		known[follow(e.key).Value] = follow(e.key)
	}
	for _, e := range entries(value) {
		name := follow(e.key)
		if first, taken := known[name.Value]; taken {
			other := d.FileOf(At(key.Value, name.Value))
			d.Add(Problem{file, name.Line, At(key.Value, name.Value).String(), fmt.Sprintf("there is another one in %s:%d; names must differ", other, first.Line)})
			continue
		}
		known[name.Value] = name
		d.owners[key.Value][name.Value] = file
		into.Content = append(into.Content, e.key, e.value)
	}
}

// FileOf is the file in which a path's key stands.
func (d *Document) FileOf(at *Path) string {
	file, _ := d.origin(at)
	return file
}

// Place is where a path's key stands, for a message about another one: "line 7", or "other.yml:7" if it is in another file.
func (d *Document) Place(at, from *Path) string {
	if file := d.FileOf(at); file != d.FileOf(from) {
		return fmt.Sprintf("%s:%d", file, d.Line(at))
	}
	return fmt.Sprintf("line %d", d.Line(at))
}

// origin is the file in which a path's key stands, and the path as it is there.
func (d *Document) origin(at *Path) (file string, there *Path) {
	var steps []*Path
	for p := at; p != nil; p = p.parent {
		steps = append(steps, p)
	}
	slices.Reverse(steps)
	if len(steps) < 2 {
		return d.file, at
	}
	top, second := steps[0].key, steps[1]
	if second.index == notItem {
		if file, ok := d.owners[top][second.key]; ok {
			return file, at
		}
		return d.file, at
	}
	from := include{file: d.file}
	for _, i := range d.lists[top] {
		if i.first <= second.index {
			from = i
		}
	}
	if from.first == 0 {
		return from.file, at
	}
	there = steps[0].Item(second.index - from.first)
	for _, step := range steps[2:] {
		there = &Path{parent: there, key: step.key, index: step.index}
	}
	return from.file, there
}
