package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// decoder fills values from a YAML tree. yaml.v3's own decoding is not used beyond single values, because its errors
// know neither the key's path nor which of two keys on a line is meant, name Go types, and quote what was written —
// which may be a password.
type decoder struct {
	report func(at *path, line int, text string)
	budget int // nodes that may still be visited: aliases of aliases make a small file endless
	keys   map[reflect.Type][]string
}

func newDecoder(source []byte, report func(*path, int, string)) *decoder {
	return &decoder{report: report, budget: 10*len(source) + 10_000, keys: map[reflect.Type][]string{}}
}

// spend takes nodes from the budget and says whether it lasts.
func (d *decoder) spend(nodes int) bool {
	if d.budget < 0 {
		return false
	}
	if d.budget -= nodes; d.budget < 0 {
		d.report(nil, 0, "aliases make the file too large; write fewer of them")
	}
	return d.budget >= 0
}

// shorthand is a struct that may also be written as a single text.
type shorthand interface{ short(text string) }

// describer says what may be written for a value, where the keys of a struct should not be named.
type describer interface{ wanted() string }

func (d *decoder) decode(n *yaml.Node, v reflect.Value, at *path) {
	n = follow(n)
	if !d.spend(1) || n.ShortTag() == "!!null" {
		return
	}
	if !strings.HasPrefix(n.ShortTag(), "!!") {
		d.report(at, n.Line, "YAML tags have no meaning here; quote the text if it begins with !")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if s, ok := v.Addr().Interface().(shorthand); ok && n.Kind == yaml.ScalarNode {
		s.short(n.Value)
		return
	}
	want := map[reflect.Kind]yaml.Kind{
		reflect.Struct: yaml.MappingNode, reflect.Map: yaml.MappingNode, reflect.Slice: yaml.SequenceNode,
	}[v.Kind()]
	switch {
	case want == 0 && n.Kind == yaml.ScalarNode:
		d.scalar(n, v, at)
	case want != n.Kind:
		d.report(at, n.Line, d.describe(v))
	case v.Kind() == reflect.Slice:
		d.list(n, v, at)
	default:
		d.mapping(n, v, at)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, at *path) {
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := t.UnmarshalText([]byte(n.Value)); err != nil {
			d.report(at, n.Line, err.Error())
		}
		return
	}
	if v.Kind() == reflect.String {
		v.SetString(n.Value)
		return
	}
	if n.Decode(v.Addr().Interface()) != nil {
		d.report(at, n.Line, d.describe(v))
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, at *path) {
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		if follow(item).ShortTag() == "!!null" {
			d.report(at.item(i), item.Line, "the list item is empty; write a value or remove the dash")
			continue
		}
		d.decode(item, v.Index(i), at.item(i))
	}
}

// mapping fills a struct, of which it must know every key, or a map.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, at *path) {
	list := entries(n)
	if !d.spend(len(list)) {
		return
	}
	seen := make(map[string]int, len(list))
	for _, e := range list {
		key := follow(e.key)
		if key.Kind != yaml.ScalarNode {
			d.report(at, key.Line, "a key must be a single word")
			continue
		}
		if line, ok := seen[key.Value]; ok {
			if !e.merged {
				d.report(at.child(key.Value), key.Line, fmt.Sprintf("given twice; the first is in line %d", line))
			}
			continue
		}
		seen[key.Value] = key.Line
		d.value(key, e.value, v, at)
	}
}

func (d *decoder) value(key, value *yaml.Node, v reflect.Value, at *path) {
	if v.Kind() == reflect.Map {
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.decode(value, item, at.child(key.Value))
		v.SetMapIndex(reflect.ValueOf(key.Value), item)
		return
	}
	known := d.keysOf(v.Type())
	if i := slices.Index(known, key.Value); i >= 0 && key.Value != "" {
		d.decode(value, v.Field(i), at.child(key.Value))
		return
	}
	if w, ok := v.Addr().Interface().(describer); ok {
		d.report(at, key.Line, w.wanted())
		return
	}
	d.report(at.child(key.Value), key.Line, "unknown key"+suggest(key.Value, known))
}

// keysOf lists the YAML keys of a struct, each at its field's index; "" is a field that has none.
func (d *decoder) keysOf(t reflect.Type) []string {
	if keys, ok := d.keys[t]; ok {
		return keys
	}
	keys := make([]string, t.NumField())
	for i := range keys {
		keys[i] = t.Field(i).Tag.Get("yaml")
	}
	d.keys[t] = keys
	return keys
}

// describe says what a value should have been.
func (d *decoder) describe(v reflect.Value) string {
	if w, ok := v.Addr().Interface().(describer); ok {
		return w.wanted()
	}
	switch v.Kind() {
	case reflect.Bool:
		return "want true or false"
	case reflect.Int:
		return "want a whole number"
	case reflect.Float64:
		return "want a number"
	case reflect.Slice:
		return "want a list: [a, b], or one item a line after a dash"
	case reflect.Map:
		return "want names with a value each, as in name: value"
	case reflect.Struct:
		return "want keys with a value each; known here: " + strings.Join(d.keysOf(v.Type()), ", ")
	default:
		return "want a single text"
	}
}
