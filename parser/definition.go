package parser

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/version"
)

// BuiltIn is the Origin of the platforms that come with the program.
const BuiltIn = "built-in"

// maxDefinition is far above any definition; it keeps a wrong file from being read whole.
const maxDefinition = 1 << 20

var platformID = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// LoadFile reads the definition of a platform from a file. TextFSM templates that it names are found next to it.
func LoadFile(path string) (*Platform, error) {
	text, err := file.Read(path, maxDefinition)
	if err != nil {
		return nil, strictyaml.Problems{{File: path, Text: err.Error()}}
	}
	return Load(path, text)
}

// Load reads a definition. The path stands in messages and becomes the platform's Origin; the error is of type
// strictyaml.Problems.
func Load(path string, text []byte) (*Platform, error) {
	document, err := strictyaml.Parse(path, text, "id, vendor, title, session and commands")
	if err != nil {
		return nil, err
	}
	written := definition{Session: dialogue.Dialogue{Enter: "\n"}}
	document.Decode(&written)
	c := compiler{document: document, folder: filepath.Dir(path), commands: map[string]bool{}, gauges: map[string]bool{}}
	p := c.platform(&written)
	if err := document.Err(); err != nil {
		return nil, err
	}
	p.Origin = path
	p.source = text
	p.index()
	return p, nil
}

// definition is a platform as written.
type definition struct {
	ID       string            `yaml:"id,required,filled"`
	Vendor   string            `yaml:"vendor,required,filled"`
	Title    string            `yaml:"title,required,filled"`
	Aliases  []string          `yaml:"aliases,filled,list"`
	Session  dialogue.Dialogue `yaml:"session,required"`
	Commands []writtenCommand  `yaml:"commands,required,filled,list"`
	Order    *version.Order    `yaml:"order"`
	Detect   Detect            `yaml:"detect"`
}

type writtenCommand struct {
	Run      string                   `yaml:"run,required,filled"`
	Also     []string                 `yaml:"also,filled,list"`
	Poll     *bool                    `yaml:"poll"`
	Optional bool                     `yaml:"optional"`
	Facts    map[string][]writtenRule `yaml:"facts,filled,list"`
	Gauges   []writtenGauge           `yaml:"gauges,filled,list"`
	TextFSM  string                   `yaml:"textfsm,filled"`
	Values   map[string]string        `yaml:"values"`
}

// writtenRule is a rule in its long form, or in the short one, which is the line's pattern alone.
type writtenRule struct {
	Line  *regexp.Regexp `yaml:"line,required,short"`
	After *regexp.Regexp `yaml:"after"`
	Until *regexp.Regexp `yaml:"until"`
	Not   *regexp.Regexp `yaml:"not"`
	As    string         `yaml:"as,filled"`
}

// compiler makes a platform of a definition, and notes what is wrong with it in the document.
type compiler struct {
	document *strictyaml.Document
	folder   string          // of the definition
	commands map[string]bool // keys of commands that are taken
	gauges   map[string]bool // names that are taken
}

func (c *compiler) platform(w *definition) *Platform {
	p := &Platform{ID: w.ID, Vendor: w.Vendor, Title: w.Title, Aliases: w.Aliases, Session: w.Session, Detect: w.Detect, Order: w.Order}
	if !platformID.MatchString(w.ID) {
		c.document.Fault(strictyaml.At("id"), "%q does not match %s", w.ID, platformID)
	}
	all := strictyaml.At("commands")
	for i := range w.Commands {
		p.Commands = append(p.Commands, c.command(&w.Commands[i], c.document.Item(all, i)))
	}
	if c.document.Err() == nil && !p.pollsVersion() {
		c.document.Fault(all, "no command that is polled gives the version, without which every poll fails")
	}
	if p.Detect.Command == "" && len(p.Commands) > 0 {
		p.Detect.Command = p.Commands[0].Run
	}
	return p
}

func (c *compiler) command(w *writtenCommand, at *strictyaml.Path) Command {
	made := Command{Run: w.Run, Also: w.Also, Poll: w.Poll == nil || *w.Poll, Optional: w.Optional, facts: c.facts(w.Facts, at.Child("facts"))}
	c.unique(&made, at)
	for i := range w.Gauges {
		made.gauges = append(made.gauges, c.gauge(&w.Gauges[i], c.document.Item(at.Child("gauges"), i)))
	}
	hasTemplate, hasValues := w.TextFSM != "", c.document.Given(at.Child("values"))
	switch {
	case hasTemplate && hasValues:
		made.template = c.template(w.TextFSM, w.Values, at)
	case hasTemplate:
		c.document.Fault(at.Child("textfsm"), "needs values: a map from the template's Values to facts")
	case hasValues:
		c.document.Fault(at.Child("values"), "needs textfsm: the template that has the Values")
	case len(w.Facts) == 0 && len(w.Gauges) == 0:
		c.document.Fault(at, "the command gives neither facts nor gauges")
	}
	return made
}

// unique reports a command that an earlier entry has, since only that one would ever be read.
func (c *compiler) unique(made *Command, at *strictyaml.Path) {
	for _, name := range append([]string{made.Run}, made.Also...) {
		key := commandKey(name)
		if c.commands[key] && key != "" {
			c.document.Fault(at, "command %q is given twice", name)
		}
		c.commands[key] = true
	}
}

func (c *compiler) facts(written map[string][]writtenRule, at *strictyaml.Path) []factRules {
	known(c.document, at, written, factNames())
	var found []factRules
	for f := range factCount {
		if len(written[f.String()]) == 0 {
			continue
		}
		all := factRules{fact: f}
		for i := range written[f.String()] {
			place := func() *strictyaml.Path { return c.document.Item(at.Child(f.String()), i) }
			all.rules = append(all.rules, c.rule(&written[f.String()][i], f.kind(), f.kinds(), place))
		}
		found = append(found, all)
	}
	return found
}

// rule compiles a rule; as is the conversion it has by default, and kinds are those that it may name.
func (c *compiler) rule(w *writtenRule, as string, kinds []string, place func() *strictyaml.Path) rule {
	if w.As != "" {
		as = w.As
	}
	if !slices.Contains(kinds, as) {
		c.document.Fault(place().Child("as"), "%s", strictyaml.NotOneOf(as, kinds))
	}
	return rule{line: newPattern(w.Line), after: newPattern(w.After), until: newPattern(w.Until), not: w.Not, as: as}
}

// known reports keys of a map that are not among those that it may have.
func known[V any](d *strictyaml.Document, at *strictyaml.Path, written map[string]V, keys []string) {
	for _, key := range slices.Sorted(maps.Keys(written)) {
		if !slices.Contains(keys, key) {
			d.Fault(at.Child(key), "unknown key%s", strictyaml.Suggest(key, keys))
		}
	}
}
