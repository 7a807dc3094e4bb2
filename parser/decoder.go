package parser

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// decoder walks the nodes of a definition, since only nodes know the line of every problem and only a walk finds them all.
type decoder struct {
	path     string
	problems []problem
	gauges   map[string]bool // names that are taken
}

type problem struct {
	line int
	text string
}

// err joins the problems in the order of their lines; nil if there are none.
func (d *decoder) err() error {
	slices.SortStableFunc(d.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, p := range d.problems {
		all = append(all, fmt.Errorf("%s:%d: %s", d.path, p.line, p.text))
	}
	return errors.Join(all...)
}

// setter takes the value of a key; at is the key's full name, "commands[0].run".
type setter func(n *yaml.Node, at string)

type fields map[string]setter

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// document parses text that must hold exactly one YAML document.
func document(path string, text []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) || (err == nil && len(doc.Content) == 0) {
		return nil, fmt.Errorf("%s: the file is empty", path)
	}
	if err == nil {
		err = dec.Decode(&more)
		if err == nil {
			return nil, fmt.Errorf("%s:%d: more than one YAML document", path, more.Line)
		}
	}
	if errors.Is(err, io.EOF) {
		return doc.Content[0], nil
	}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		return nil, fmt.Errorf("%s:%s: %s", path, m[1], err.Error()[len(m[0]):])
	}
	return nil, fmt.Errorf("%s: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
}

func (d *decoder) problem(n *yaml.Node, at, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if at != "" {
		text = at + ": " + text
	}
	d.problems = append(d.problems, problem{n.Line, text})
}

// mapping hands each key's value to its setter, and reports unknown, repeated and missing keys.
func (d *decoder) mapping(n *yaml.Node, at string, keys fields, required ...string) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		d.problem(n, at, "must be a mapping")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolve(n.Content[i+1])
		full := join(at, key.Value)
		set, known := keys[key.Value]
		switch {
		case !known:
			d.problem(key, full, "unknown key")
		case seen[key.Value]:
			d.problem(key, full, "given twice")
		default:
			set(value, full)
		}
		seen[key.Value] = true
	}
	for _, key := range required {
		if !seen[key] {
			d.problem(n, join(at, key), "missing")
		}
	}
}

// list takes a sequence; a lone value counts as a sequence of one.
func (d *decoder) list(each setter) setter {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.SequenceNode {
			each(n, at)
			return
		}
		if len(n.Content) == 0 {
			d.problem(n, at, "must not be empty")
		}
		for i, item := range n.Content {
			each(resolve(item), at+"["+strconv.Itoa(i)+"]")
		}
	}
}

func (d *decoder) text(to *string) setter {
	return func(n *yaml.Node, at string) {
		d.textOrEmpty(to)(n, at)
		if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" && n.Value == "" {
			d.problem(n, at, "must not be empty")
		}
	}
}

func (d *decoder) textOrEmpty(to *string) setter {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.ScalarNode {
			d.problem(n, at, "must be text")
			return
		}
		if tag := n.ShortTag(); tag == "!!bool" || tag == "!!null" {
			d.problem(n, at, "must be text (put it in quotes)")
			return
		}
		*to = n.Value
	}
}

func (d *decoder) texts(to *[]string) setter {
	return d.list(func(n *yaml.Node, at string) {
		var s string
		d.text(&s)(n, at)
		*to = append(*to, s)
	})
}

func (d *decoder) matching(to *string, re *regexp.Regexp) setter {
	return func(n *yaml.Node, at string) {
		d.text(to)(n, at)
		if *to != "" && !re.MatchString(*to) {
			d.problem(n, at, "%q does not match %s", *to, re)
		}
	}
}

func (d *decoder) oneOf(to *string, allowed ...string) setter {
	return func(n *yaml.Node, at string) {
		var s string
		d.textOrEmpty(&s)(n, at)
		if n.Kind != yaml.ScalarNode || slices.Contains(allowed, s) {
			*to = s
			return
		}
		quoted := make([]string, len(allowed))
		for i, a := range allowed {
			quoted[i] = strconv.Quote(a)
		}
		d.problem(n, at, "%q is not one of %s", s, strings.Join(quoted, ", "))
	}
}

func (d *decoder) flag(to *bool) setter {
	return func(n *yaml.Node, at string) {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			d.problem(n, at, "must be true or false")
			return
		}
		*to = n.Value == "true"
	}
}

func (d *decoder) pattern(to **regexp.Regexp) setter {
	return func(n *yaml.Node, at string) {
		var s string
		before := len(d.problems)
		d.text(&s)(n, at)
		if len(d.problems) > before {
			return
		}
		re, err := regexp.Compile(s)
		if err != nil {
			d.problem(n, at, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			return
		}
		*to = re
	}
}

func (d *decoder) patterns(to *[]*regexp.Regexp) setter {
	return d.list(func(n *yaml.Node, at string) {
		var re *regexp.Regexp
		d.pattern(&re)(n, at)
		*to = append(*to, re)
	})
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}
