package parser

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/sirikothe/gotextfsm"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
)

// maxTemplateText bounds what a template reads: unlike rules, it looks at every line with every expression of a state.
const maxTemplateText = 1 << 20

// template is a TextFSM template and the facts that its Values stand for.
type template struct {
	name string // as written in the definition
	fsm  gotextfsm.TextFSM
	fact map[string]fact // by Value
}

// template reads the file that a command names, and looks up what the file's Values stand for; nil if it has a problem.
func (c *compiler) template(name string, values map[string]string, at *strictyaml.Path) *template {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(c.folder, path)
	}
	t := template{name: name, fact: map[string]fact{}}
	text, err := file.Read(path, maxDefinition)
	if err == nil {
		err = recovered(func() error { return t.fsm.ParseString(string(text)) })
	}
	if err != nil {
		c.document.Fault(at.Child("textfsm"), "%s: %v", path, err)
		return nil
	}
	at = at.Child("values")
	known(c.document, at, values, slices.Sorted(maps.Keys(t.fsm.Values)))
	for _, value := range slices.Sorted(maps.Keys(values)) {
		f := slices.Index(factNames(), values[value])
		if f < 0 {
			c.document.Fault(at.Child(value), "%s", strictyaml.NotOneOf(values[value], factNames()))
		}
		t.fact[value] = fact(f)
	}
	return &t
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
	s.settlePatch()
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
