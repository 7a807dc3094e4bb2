package parser

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"

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
	var written definition
	document.Decode(&written)
	c := compiler{document: document, folder: filepath.Dir(path), commands: map[string]bool{}, gauges: map[string]bool{}}
	p := c.platform(&written)
	if err := document.Err(); err != nil {
		return nil, err
	}
	p.Origin = path
	p.source = text
	p.Warnings = document.Warnings()
	p.index()
	return p, nil
}

// definition is a platform as written.
type definition struct {
	ID       string            `yaml:"id,required,filled"`
	Vendor   string            `yaml:"vendor,required,filled"`
	Title    string            `yaml:"title,required,filled"`
	Aliases  []string          `yaml:"aliases,filled,list"`
	Session  writtenSession    `yaml:"session,required"`
	Commands []writtenCommand  `yaml:"commands,required,filled,list"`
	Recorded []writtenRecorded `yaml:"recorded,filled,list"`
	Sections *writtenSections  `yaml:"sections"`
	NotTold  []string          `yaml:"not_told,filled,list"`
	Needs    writtenNeeds      `yaml:"needs"`
	Order    *version.Order    `yaml:"order"`
	Detect   Detect            `yaml:"detect"`
	Allow    []string          `yaml:"allow,filled,list"`
}

type writtenCommand struct {
	Run            string   `yaml:"run,required,filled"`
	Also           []string `yaml:"also,filled,list"`
	Poll           *bool    `yaml:"poll"`
	Optional       bool     `yaml:"optional"`
	Host           bool     `yaml:"host"`
	writtenReading `yaml:",inline"`
}

// writtenRecorded is an answer that is read wherever it comes from, and whose command is never typed.
type writtenRecorded struct {
	Of             []string `yaml:"of,required,filled,list"`
	writtenReading `yaml:",inline"`
}

// writtenReading is what stands in the answer to a command.
type writtenReading struct {
	Facts   writtenFacts      `yaml:"facts,filled,list"`
	Gauges  []writtenGauge    `yaml:"gauges,filled,list"`
	Members []writtenMembers  `yaml:"members,filled,list"`
	TextFSM string            `yaml:"textfsm,filled"`
	Values  map[string]string `yaml:"values"`
}

// writtenNeeds says what a user must have for some facts.
type writtenNeeds struct {
	Privilege []string `yaml:"privilege,filled,list"`
}

// compiler makes a platform of a definition, and notes what is wrong with it in the document.
type compiler struct {
	document *strictyaml.Document
	folder   string          // of the definition
	commands map[string]bool // keys of commands that are taken
	gauges   map[string]bool // names that are taken
}

func (c *compiler) platform(w *definition) *Platform {
	p := &Platform{ID: w.ID, Vendor: w.Vendor, Title: w.Title, Aliases: w.Aliases, Detect: w.Detect, Order: w.Order}
	p.Session = c.session(&w.Session, strictyaml.At("session"))
	for _, re := range w.Session.Refusals {
		p.refusals = append(p.refusals, newPattern(re))
	}
	for _, e := range w.Session.Errors {
		if e.words != "" {
			p.errors = append(p.errors, e.words)
		} else {
			p.refusals = append(p.refusals, newPattern(e.Regexp))
		}
	}
	p.sections = c.sections(w.Sections, strictyaml.At("sections"))
	if !platformID.MatchString(w.ID) {
		c.document.Fault(strictyaml.At("id"), "%q does not match %s", w.ID, platformID)
	}
	all := strictyaml.At("commands")
	for i := range w.Commands {
		p.Commands = append(p.Commands, c.command(&w.Commands[i], c.document.Item(all, i)))
	}
	for i := range w.Recorded {
		p.Commands = append(p.Commands, c.recorded(&w.Recorded[i], c.document.Item(strictyaml.At("recorded"), i)))
	}
	if c.document.Err() == nil && !p.pollsVersion() {
		c.document.Fault(all, "no command that is polled gives the version, without which every poll fails")
	}
	c.told(p, w)
	if p.Detect.Command == "" && len(p.Commands) > 0 {
		p.Detect.Command = p.Commands[0].Run
	}
	c.typed(w, p)
	return p
}

func (c *compiler) command(w *writtenCommand, at *strictyaml.Path) Command {
	made := Command{Run: w.Run, Also: w.Also, Poll: w.Poll == nil || *w.Poll, Optional: w.Optional || w.Host, Host: w.Host}
	if w.Poll != nil {
		c.document.Warn(at.Child("poll"), "the key is going away: list what is never typed under recorded, as {of: COMMAND, facts: …}")
	}
	c.reads(&made, &w.writtenReading, at)
	return made
}

func (c *compiler) recorded(w *writtenRecorded, at *strictyaml.Path) Command {
	made := Command{Optional: true}
	if len(w.Of) > 0 {
		made.Run, made.Also = w.Of[0], w.Of[1:]
	}
	c.reads(&made, &w.writtenReading, at)
	return made
}

// reads compiles what stands in the answer to a command.
func (c *compiler) reads(made *Command, w *writtenReading, at *strictyaml.Path) {
	c.unique(made, at)
	made.facts = c.facts(w.Facts, at.Child("facts"))
	for i := range w.Gauges {
		made.gauges = append(made.gauges, c.gauge(&w.Gauges[i], c.document.Item(at.Child("gauges"), i)))
	}
	for i := range w.Members {
		made.members = append(made.members, c.memberRule(&w.Members[i], c.document.Item(at.Child("members"), i)))
	}
	hasTemplate, hasValues := w.TextFSM != "", c.document.Given(at.Child("values"))
	switch {
	case hasTemplate && hasValues:
		made.template = c.template(w.TextFSM, w.Values, at)
	case hasTemplate:
		c.document.Fault(at.Child("textfsm"), "needs values: a map from the template's Values to facts")
	case hasValues:
		c.document.Fault(at.Child("values"), "needs textfsm: the template that has the Values")
	case len(w.Facts) == 0 && len(w.Gauges) == 0 && len(w.Members) == 0:
		c.document.Fault(at, "the command gives neither facts nor members nor gauges")
	}
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

// known reports keys of a map that are not among those that it may have.
func known[V any](d *strictyaml.Document, at *strictyaml.Path, written map[string]V, keys []string) {
	for _, key := range slices.Sorted(maps.Keys(written)) {
		if !slices.Contains(keys, key) {
			d.Fault(at.Child(key), "unknown key%s", strictyaml.Suggest(key, keys))
		}
	}
}
