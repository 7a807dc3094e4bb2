package strictyaml

import (
	"iter"

	"gopkg.in/yaml.v3"
)

// Value is a part of a file whose keys are not known beforehand. The zero value is an absent one.
type Value struct{ node *yaml.Node }

// Value is all that the file holds.
func (d *Document) Value() Value { return Value{follow(d.root)} }

// Line is the line on which the value begins, from 1.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// Text is a single value as it is written; ok is false for lists, mappings, null and absent values.
func (v Value) Text() (text string, ok bool) {
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.IsNull() {
		return "", false
	}
	return v.node.Value, true
}

// Tag is the value's own tag, such as !vault; "": it has none.
func (v Value) Tag() string {
	if v.node == nil || v.node.Style&yaml.TaggedStyle == 0 {
		return ""
	}
	return v.node.Tag
}

// IsNull reports that the value is null or absent.
func (v Value) IsNull() bool { return v.node == nil || v.node.ShortTag() == "!!null" }

// IsList reports that the value is a list.
func (v Value) IsList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// IsMapping reports that the value is a mapping.
func (v Value) IsMapping() bool { return v.node != nil && v.node.Kind == yaml.MappingNode }

// Items are the items of a list; other values have none.
func (v Value) Items() []Value {
	if !v.IsList() {
		return nil
	}
	items := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = Value{follow(n)}
	}
	return items
}

// Entries are the keys of a mapping with their values, each key once, those that it merges after its own.
func (v Value) Entries() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.node == nil {
			return
		}
		seen := map[string]bool{}
		for _, e := range entries(v.node) {
			key := follow(e.key).Value
			if seen[key] {
				continue
			}
			seen[key] = true
			if !yield(key, Value{follow(e.value)}) {
				return
			}
		}
	}
}

// Get is the value of a mapping's key, absent if there is none.
func (v Value) Get(key string) Value {
	for k, value := range v.Entries() {
		if k == key {
			return value
		}
	}
	return Value{}
}
