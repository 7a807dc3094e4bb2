package strictyaml

import (
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// decoder fills values from a document. yaml.v3's own decoding is not used beyond single values, because its errors
// know neither the key's path nor which of two keys on a line is meant, name Go types, and quote what was written —
// which may be a password.
type decoder struct {
	document *Document
	budget   int // nodes that may still be visited: aliases of aliases make a small file endless
	fields   map[reflect.Type][]field
}

// Describer says what may be written for a value, where neither the keys of its struct nor unknown ones should be named.
type Describer interface{ Wanted() string }

func (d *decoder) report(at *Path, line int, text string) {
	file, there := d.document.origin(at)
	d.document.note(at, Problem{file, line, there.String(), text})
	d.document.faulty[at.String()] = true
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

func (d *decoder) decode(n *yaml.Node, v reflect.Value, at *Path, f *field) {
	n = follow(n)
	if !d.spend(1) || n.ShortTag() == "!!null" {
		return
	}
	if !slices.Contains(tags, n.ShortTag()) {
		d.report(at, n.Line, "a YAML tag such as "+tagName(n)+" has no meaning here; write the text itself, in quotes if it begins with !")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch kind := kindOf(v); {
	case kind == yaml.ScalarNode && n.Kind == yaml.ScalarNode:
		d.scalar(n, v, at, f)
	case kind == yaml.SequenceNode && n.Kind == yaml.SequenceNode:
		d.list(n, v, at, f)
	case kind == yaml.SequenceNode && f.list:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.decode(n, v.Index(0), at, f)
	case kind == yaml.MappingNode && n.Kind == yaml.MappingNode:
		d.mapping(n, v, at, f)
	case v.Kind() == reflect.Struct && n.Kind == yaml.ScalarNode && d.shortOf(v.Type()) != nil:
		short := d.shortOf(v.Type())
		d.decode(n, v.FieldByIndex(short.index), at, short)
	default:
		d.report(at, n.Line, d.describe(v))
	}
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, at *Path, f *field) {
	if f.filled && len(n.Content) == 0 {
		d.report(at, n.Line, mustNotBeEmpty)
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		if follow(item).ShortTag() == "!!null" {
			d.report(at.Item(i), item.Line, "the list item is empty; write a value or remove the dash")
			continue
		}
		d.decode(item, v.Index(i), at.Item(i), f)
	}
}

// mapping fills a struct, of which it must know every key, or a map.
func (d *decoder) mapping(n *yaml.Node, v reflect.Value, at *Path, f *field) {
	if m := badMerge(n); m != nil {
		d.report(at, m.Line, "<< merges another mapping; write <<: *name, where &name stands before that mapping, or a list of such names")
		d.document.faulty[at.String()+"."] = true
		return
	}
	list := entries(n)
	if !d.spend(len(list)) {
		return
	}
	seen := make(map[string]*yaml.Node, len(list))
	var unknown []string
	for _, e := range list {
		key := follow(e.key)
		if key.Kind != yaml.ScalarNode {
			d.report(at, key.Line, "a key must be a single word")
			continue
		}
		name, known := key.Value, (*field)(nil)
		if v.Kind() == reflect.Struct {
			if known = d.fieldOf(v.Type(), name); known != nil {
				name = known.key
			}
		}
		if first, ok := seen[name]; ok {
			if !e.merged {
				d.report(at.Child(key.Value), key.Line, givenTwice(first, key))
			}
			continue
		}
		seen[name] = key
		switch {
		case v.Kind() == reflect.Map:
			d.entry(name, e.value, v, at, f)
		case known == nil:
			d.unknown(key, v, at)
			unknown = append(unknown, name)
		default:
			d.decode(e.value, v.FieldByIndex(known.index), at.Child(key.Value), known)
			if known.required && follow(e.value).ShortTag() == "!!null" {
				delete(seen, name)
			}
		}
	}
	if v.Kind() == reflect.Struct {
		d.missing(n, v.Type(), at, seen, unknown)
	}
}

func (d *decoder) entry(key string, value *yaml.Node, v reflect.Value, at *Path, f *field) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	item := reflect.New(v.Type().Elem()).Elem()
	d.decode(value, item, at.Child(key), f)
	v.SetMapIndex(reflect.ValueOf(key), item)
}

func (d *decoder) unknown(key *yaml.Node, v reflect.Value, at *Path) {
	d.document.faulty[at.String()+"."] = true
	if w, ok := v.Addr().Interface().(Describer); ok {
		d.report(at, key.Line, w.Wanted())
		return
	}
	d.report(at.Child(key.Value), key.Line, "unknown key"+Suggest(key.Value, d.keysOf(v.Type())))
}

// missing reports keys that must be there, but for those that an unknown one is likely to mean.
func (d *decoder) missing(n *yaml.Node, t reflect.Type, at *Path, seen map[string]*yaml.Node, unknown []string) {
	var meant []string
	for _, key := range unknown {
		meant = append(meant, Closest(key, d.keysOf(t))...)
	}
	for _, f := range d.fieldsOf(t) {
		if _, ok := seen[f.key]; f.required && !ok && !slices.Contains(meant, f.key) {
			d.report(at.Child(f.key), n.Line, "missing")
		}
	}
}

// describe says what a value should have been.
func (d *decoder) describe(v reflect.Value) string {
	if w, ok := v.Addr().Interface().(Describer); ok {
		return w.Wanted()
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
		if kindOf(v) == yaml.MappingNode {
			return "want keys with a value each; known here: " + strings.Join(d.keysOf(v.Type()), ", ")
		}
	}
	return "want a single text"
}
