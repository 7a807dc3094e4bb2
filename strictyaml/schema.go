package strictyaml

import (
	"encoding"
	"reflect"
	"regexp"
	"slices"
	"time"
)

// Keyed is a map that knows which keys it may have.
type Keyed interface{ Keys() []string }

// Schema is the JSON Schema of what Decode takes for a value of v's type, for editors: forms, keys and which of them must be
// there. What the values mean is beyond it. v may hold defaults, which are left out.
func Schema(v any, title string) map[string]any {
	s := schema{decoder: decoder{fields: map[reflect.Type][]field{}}, defs: map[string]any{}}
	t := reflect.TypeOf(v)
	root := s.object(t)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = title
	if len(s.defs) > 0 {
		root["$defs"] = s.defs
	}
	return root
}

// schema collects the definitions of structs by the names of their types.
type schema struct {
	decoder
	defs map[string]any
}

// single is any scalar: texts are taken as written, and so are numbers and booleans where a text is wanted.
func single() map[string]any { return map[string]any{"type": []string{"string", "number", "boolean"}} }

func (s *schema) of(t reflect.Type, f *field) map[string]any {
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem(), f)
	}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return map[string]any{"type": []string{"string", "number"}, "description": "a duration such as 30s, 5m or 7d"}
	case t == reflect.TypeFor[regexp.Regexp]():
		return map[string]any{"type": []string{"string", "number", "boolean"}, "minLength": 1, "description": "a pattern (RE2)"}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return filled(single(), f)
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return s.array(t, f)
	case reflect.Map:
		return s.keyed(t, f)
	case reflect.Struct:
		return s.reference(t)
	}
	if f.oneOf != nil {
		return map[string]any{"enum": f.oneOf}
	}
	return filled(single(), f)
}

func filled(of map[string]any, f *field) map[string]any {
	if f.filled {
		of["minLength"] = 1
	}
	return of
}

func (s *schema) array(t reflect.Type, f *field) map[string]any {
	item := s.of(t.Elem(), f)
	list := map[string]any{"type": []string{"array", "null"}, "items": item} // an empty key is one that is not there
	if f.filled {
		list = map[string]any{"type": "array", "items": item, "minItems": 1}
	}
	if f.list {
		return map[string]any{"anyOf": []any{item, list}}
	}
	return list
}

// keyed is a map. The options of its field are those of its values.
func (s *schema) keyed(t reflect.Type, f *field) map[string]any {
	value := s.of(t.Elem(), f)
	keys, ok := reflect.Zero(t).Interface().(Keyed)
	if !ok {
		return map[string]any{"type": "object", "additionalProperties": value}
	}
	properties := map[string]any{}
	for _, key := range keys.Keys() {
		properties[key] = value
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

func (s *schema) reference(t reflect.Type) map[string]any {
	name := t.String() // with its package, as two may have one name
	if _, ok := s.defs[name]; !ok {
		s.defs[name] = nil // a type may hold itself
		object := s.object(t)
		if short := s.shortOf(t); short != nil {
			object = map[string]any{"anyOf": []any{s.of(t.FieldByIndex(short.index).Type, short), object}}
		}
		s.defs[name] = object
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func (s *schema) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for i := range s.fieldsOf(t) {
		f := &s.fieldsOf(t)[i]
		if f.key == "" {
			continue
		}
		value := s.of(t.FieldByIndex(f.index).Type, f)
		properties[f.key] = value
		if f.alias != "" {
			properties[f.alias] = value
		}
		if f.required {
			required = append(required, f.key)
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		slices.Sort(required)
		object["required"] = required
	}
	return object
}
