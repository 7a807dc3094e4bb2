package strictyaml

import (
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// tags are those that YAML gives to values by itself.
var tags = []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge", "!!map", "!!seq"}

// tagName is a node's tag if it is one of YAML's; others may be a secret that begins with "!".
func tagName(n *yaml.Node) string {
	if n.ShortTag() == "!!binary" || n.ShortTag() == "!!set" {
		return n.ShortTag()
	}
	return "!name"
}

const mustNotBeEmpty = "must not be empty"

func givenTwice(first, second *yaml.Node) string {
	if first.Value != second.Value {
		return fmt.Sprintf("the same as %s, which is given in line %d; keep one", first.Value, first.Line)
	}
	return fmt.Sprintf("given twice; the first is in line %d", first.Line)
}

// scalar sets a single value. Where a text is wanted it is the text as written: 6.50, 064, yes and dates stay so.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, at *Path, f *field) {
	_, isPattern := v.Addr().Interface().(*regexp.Regexp)
	if n.Value == "" && (f.filled || isPattern) {
		d.report(at, n.Line, mustNotBeEmpty)
		return
	}
	if f.oneOf != nil && !slices.Contains(f.oneOf, n.Value) {
		d.report(at, n.Line, NotOneOf(n.Value, f.oneOf))
		return
	}
	if t, ok := v.Addr().Interface().(*time.Duration); ok {
		var err error
		if *t, err = parseDuration(n.Value); err != nil {
			d.report(at, n.Line, err.Error())
		}
		return
	}
	if t, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := t.UnmarshalText([]byte(n.Value)); err != nil {
			d.report(at, n.Line, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
		return
	case reflect.Int: // decimal only: YAML takes 064 for 52
		if i, err := strconv.Atoi(n.Value); err == nil && n.ShortTag() == "!!int" {
			v.SetInt(int64(i))
			return
		}
	default:
		if n.Decode(v.Addr().Interface()) == nil {
			return
		}
	}
	d.report(at, n.Line, d.describe(v))
}

// NotOneOf is the message about a text that is none of those allowed.
func NotOneOf(text string, allowed []string) string {
	quoted := make([]string, len(allowed))
	for i, a := range allowed {
		quoted[i] = strconv.Quote(a)
	}
	return fmt.Sprintf("%q is not one of %s", text, strings.Join(quoted, ", "))
}
