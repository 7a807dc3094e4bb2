package strictyaml

import (
	"encoding"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// field is a field of a struct that Decode fills, as its tags describe it.
type field struct {
	key, alias                    string // alias: another name of the key; "": none
	index                         []int  // as reflect.Value.FieldByIndex takes it
	required, filled, list, short bool
	oneOf                         []string // nil: any text
}

// fieldsOf lists the fields of a struct that have a yaml tag, in order, those of inlined structs in their place.
func (d *decoder) fieldsOf(t reflect.Type) []field {
	if fields, ok := d.fields[t]; ok {
		return fields
	}
	var fields []field
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("yaml")
		if !ok {
			continue
		}
		words := strings.Split(tag, ",")
		options := words[1:]
		if slices.Contains(options, "inline") {
			for _, f := range d.fieldsOf(t.Field(i).Type) {
				f.index = append([]int{i}, f.index...)
				fields = append(fields, f)
			}
			continue
		}
		f := field{
			key:      words[0],
			alias:    t.Field(i).Tag.Get("alias"),
			index:    []int{i},
			required: slices.Contains(options, "required"),
			filled:   slices.Contains(options, "filled"),
			list:     slices.Contains(options, "list"),
			short:    slices.Contains(options, "short"),
		}
		if texts, ok := t.Field(i).Tag.Lookup("oneof"); ok {
			f.oneOf = strings.Split(texts, " ")
		}
		fields = append(fields, f)
	}
	d.fields[t] = fields
	return fields
}

func (d *decoder) fieldOf(t reflect.Type, key string) *field {
	fields := d.fieldsOf(t)
	if i := slices.IndexFunc(fields, func(f field) bool { return f.key == key || f.alias == key }); i >= 0 && key != "" {
		return &fields[i]
	}
	return nil
}

// shortOf is the field that a struct's short form stands for; nil: the struct has none.
func (d *decoder) shortOf(t reflect.Type) *field {
	fields := d.fieldsOf(t)
	if i := slices.IndexFunc(fields, func(f field) bool { return f.short }); i >= 0 {
		return &fields[i]
	}
	return nil
}

func (d *decoder) keysOf(t reflect.Type) []string {
	var keys []string
	for _, f := range d.fieldsOf(t) {
		if f.key != "" {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// kindOf is the kind of node that a value is written as, apart from short forms.
func kindOf(v reflect.Value) yaml.Kind {
	if _, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return yaml.ScalarNode
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map:
		return yaml.MappingNode
	case reflect.Slice:
		return yaml.SequenceNode
	}
	return yaml.ScalarNode
}
