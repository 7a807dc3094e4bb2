package strictyaml

import (
	"fmt"
	"strings"
)

// Path is a place in a file: the steps from the top to a key or list item. nil is the file as a whole. It is turned
// into words and a line number only for a problem, so that a large file does not pay for it.
type Path struct {
	parent *Path
	key    string
	index  int // of a list item; notItem: the step is a key
}

const notItem = -1

// At is the path of a key at the top of the file, or below one.
func At(keys ...string) *Path {
	var p *Path
	for _, key := range keys {
		p = p.Child(key)
	}
	return p
}

// Child is the place of a key in the mapping at p.
func (p *Path) Child(key string) *Path { return &Path{parent: p, key: key, index: notItem} }

// Item is the place of an item, counted from 0, in the list at p.
func (p *Path) Item(index int) *Path { return &Path{parent: p, index: index} }

// String is the path as people write it: groups[0].devices[2].address.
func (p *Path) String() string {
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

// within reports whether a written path is another one or leads below it.
func within(path, around string) bool {
	rest, ok := strings.CutPrefix(path, around)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
