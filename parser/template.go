package parser

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sirikothe/gotextfsm"
	"gopkg.in/yaml.v3"
)

// maxTemplateText bounds what a template reads: unlike rules, it looks at every line with every expression of a state.
const maxTemplateText = 1 << 20

// template is a TextFSM template and the facts that its Values stand for.
type template struct {
	name string // as written in the definition
	fsm  gotextfsm.TextFSM
	fact map[string]fact // by Value
}

// template reads the file that a definition names. Values without a template, and names that the template does not
// have, are problems.
func (d *decoder) template(n *yaml.Node, at string) *template {
	var t template
	d.text(&t.name)(n, at)
	if t.name == "" {
		return nil
	}
	path := t.name
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.path), path)
	}
	text, err := readDefinition(path)
	if err != nil {
		d.problem(n, at, "%v", err)
		return nil
	}
	if err := recovered(func() error { return t.fsm.ParseString(string(text)) }); err != nil {
		d.problem(n, at, "%s: %v", path, err)
		return nil
	}
	return &t
}

func (d *decoder) values(n *yaml.Node, at string, t *template) {
	if t == nil {
		return
	}
	t.fact = map[string]fact{}
	keys := fields{}
	for value := range t.fsm.Values {
		keys[value] = func(n *yaml.Node, at string) {
			var name string
			d.oneOf(&name, factNames()...)(n, at)
			for f := range factCount {
				if f.String() == name {
					t.fact[value] = f
				}
			}
		}
	}
	d.mapping(n, at, keys)
}

// recovered keeps a panic of the library from going on: its input is a file of the user or an answer of a device.
func recovered(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("textfsm: %v", r)
		}
	}()
	return call()
}

// records runs the template over a text.
func (t *template) records(text string) ([]map[string]any, error) {
	fsm := t.fsm
	fsm.Values = maps.Clone(t.fsm.Values) // the library keeps its state there
	var out gotextfsm.ParserOutput
	err := recovered(func() error { return out.ParseTextString(text[:min(len(text), maxTemplateText)], fsm, true) })
	return out.Dict, err
}

// template takes from the first record that has it what no rule has found.
func (s *search) template(t *template, o *Output) {
	m := Match{Command: o.Command, Pattern: "textfsm " + t.name}
	records, err := t.records(o.Text)
	if err != nil {
		m.Problem = err.Error()
		s.reading.Matches = append(s.reading.Matches, m)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(t.fact)) {
		f := t.fact[name]
		for _, record := range records {
			if s.found[f] {
				break
			}
			text := cleanValue(recordText(record[name]))
			if text == "" || f.lacks(text) {
				continue
			}
			m.Fact, m.Value, m.Problem = f.String(), text, ""
			v, err := convert(f.kind(), text)
			if err != nil {
				m.Problem = err.Error()
			} else {
				s.set(f, v)
			}
			s.reading.Matches = append(s.reading.Matches, m)
		}
	}
}

// recordText is a Value's text; of a List its first element.
func recordText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []string:
		if len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

// readDefinition reads a file that an operator names, if it is one that can be.
func readDefinition(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Size() > maxDefinition:
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxDefinition)
	case info.Size() == 0:
		return nil, errors.New(path + " is empty")
	}
	return os.ReadFile(path)
}
