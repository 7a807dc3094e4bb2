package config

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// path is a place in the file: the steps from the top to a key or list item. nil is the file as a whole. A path is
// turned into words and a line number only for a problem, so that a large inventory does not pay for it.
type path struct {
	parent *path
	key    string
	index  int // of a list item; notItem: the step is a key
}

const notItem = -1

func (p *path) child(key string) *path { return &path{parent: p, key: key, index: notItem} }
func (p *path) item(index int) *path   { return &path{parent: p, index: index} }

// String is the path as people write it: groups[0].devices[2].address.
func (p *path) String() string {
	switch {
	case p == nil:
		return ""
	case p.index != notItem:
		return fmt.Sprintf("%s[%d]", p.parent, p.index)
	case p.parent == nil:
		return quoteKey(p.key)
	}
	return p.parent.String() + "." + quoteKey(p.key)
}

func quoteKey(key string) string {
	if key == "" || strings.ContainsAny(key, ". []\"\t\n") {
		return fmt.Sprintf("%q", key)
	}
	return key
}

// find walks the document to the path's value. The line is that of its key; if the path leads nowhere it is the line
// of the last step that does.
func (p *path) find(document *yaml.Node) (value *yaml.Node, line int) {
	if p == nil {
		return document, max(document.Line, 1)
	}
	parent, line := p.parent.find(document)
	if parent == nil {
		return nil, line
	}
	parent = follow(parent)
	if p.index != notItem {
		if parent.Kind != yaml.SequenceNode || p.index >= len(parent.Content) {
			return nil, line
		}
		value = parent.Content[p.index]
		return value, value.Line
	}
	for _, e := range entries(parent) {
		if e.key.Value == p.key {
			return e.value, e.key.Line
		}
	}
	return nil, line
}

// entry is one key of a mapping.
type entry struct {
	key, value *yaml.Node
	merged     bool // it comes from a "<<" of the mapping, whose own keys go first
}

// entries lists a mapping's keys, its own first, then those it merges. Other nodes have none.
func entries(n *yaml.Node) []entry {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	list := make([]entry, 0, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			merges = append(merges, n.Content[i+1])
			continue
		}
		list = append(list, entry{key: n.Content[i], value: n.Content[i+1]})
	}
	for i := 0; i < len(merges); i++ {
		switch from := follow(merges[i]); {
		case from.Kind == yaml.SequenceNode && len(merges) < maxMerges:
			merges = append(merges, from.Content...)
		case from.Kind == yaml.MappingNode:
			for j := 0; j+1 < len(from.Content); j += 2 {
				list = append(list, entry{key: from.Content[j], value: from.Content[j+1], merged: true})
			}
		}
	}
	return list
}

// maxMerges ends a merge list that contains itself.
const maxMerges = 100

// follow returns what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}
