package parser

import (
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/dialogue"
)

// BuiltIn is the Origin of the platforms that come with the program.
const BuiltIn = "built-in"

// maxDefinition is far above any definition; it keeps a wrong file from being read whole.
const maxDefinition = 1 << 20

var platformID = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// LoadFile reads the definition of a platform from a file. TextFSM templates that it names are found next to it.
func LoadFile(path string) (*Platform, error) {
	text, err := readDefinition(path)
	if err != nil {
		return nil, fmt.Errorf("read platform: %w", err)
	}
	return Load(path, text)
}

// Load reads a definition. The path stands in messages and becomes the platform's Origin; the error joins all problems
// of the file, each as "path:line: key: what is wrong".
func Load(path string, text []byte) (*Platform, error) {
	root, err := document(path, text)
	if err != nil {
		return nil, err
	}
	d := &decoder{path: path, gauges: map[string]bool{}}
	p := d.platform(root)
	if err := d.err(); err != nil {
		return nil, err
	}
	p.Origin = path
	p.source = text
	p.index()
	return p, nil
}

func (d *decoder) platform(n *yaml.Node) *Platform {
	p := &Platform{Session: dialogue.Dialogue{Enter: "\n"}}
	seen := map[string]bool{}
	d.mapping(n, "", fields{
		"id":      d.matching(&p.ID, platformID),
		"vendor":  d.text(&p.Vendor),
		"title":   d.text(&p.Title),
		"aliases": d.texts(&p.Aliases),
		"order":   func(n *yaml.Node, at string) { p.Order = d.order(n, at) },
		"session": func(n *yaml.Node, at string) { d.session(n, at, &p.Session) },
		"commands": d.list(func(n *yaml.Node, at string) {
			c := d.command(n, at)
			d.unique(n, at, c, seen)
			p.Commands = append(p.Commands, c)
		}),
		"detect": func(n *yaml.Node, at string) { d.detect(n, at, &p.Detect) },
	}, "id", "vendor", "title", "session", "commands")
	if len(d.problems) == 0 && !p.pollsVersion() {
		d.problem(n, "commands", "no command that is polled gives the version, without which every poll fails")
	}
	if p.Detect.Command == "" && len(p.Commands) > 0 {
		p.Detect.Command = p.Commands[0].Run
	}
	return p
}

func (d *decoder) session(n *yaml.Node, at string, s *dialogue.Dialogue) {
	d.mapping(n, at, fields{
		"mode":     d.oneOf((*string)(&s.Mode), "exec", "shell"),
		"prompt":   d.patterns(&s.Prompt),
		"context":  d.patterns(&s.Context),
		"enter":    d.oneOf(&s.Enter, "\n", "\r", "\r\n"),
		"gates":    d.gates(&s.Gates),
		"enable":   func(n *yaml.Node, at string) { s.Enable = d.enable(n, at) },
		"setup":    d.texts(&s.Setup),
		"pager":    d.gates(&s.Pager),
		"refusals": d.patterns(&s.Refusals),
		"exit":     d.text(&s.Exit),
		"login":    d.text(&s.Login),
	}, "mode", "prompt")
}

func (d *decoder) gates(to *[]dialogue.Gate) setter {
	return d.list(func(n *yaml.Node, at string) {
		var g dialogue.Gate
		d.mapping(n, at, fields{
			"ask":    d.pattern(&g.Ask),
			"answer": d.textOrEmpty(&g.Answer),
			"raw":    d.flag(&g.Raw),
		}, "ask", "answer")
		*to = append(*to, g)
	})
}

func (d *decoder) enable(n *yaml.Node, at string) *dialogue.Enable {
	var e dialogue.Enable
	d.mapping(n, at, fields{
		"command": d.text(&e.Command),
		"when":    d.pattern(&e.When),
		"ask":     d.pattern(&e.Ask),
	}, "command", "when", "ask")
	return &e
}

func (d *decoder) detect(n *yaml.Node, at string, to *Detect) {
	d.mapping(n, at, fields{
		"server":  d.pattern(&to.Server),
		"command": d.text(&to.Command),
		"line":    d.pattern(&to.Line),
	})
}

func (d *decoder) command(n *yaml.Node, at string) Command {
	c := Command{Poll: true}
	var file, values *yaml.Node
	var fileAt, valuesAt string
	d.mapping(n, at, fields{
		"run":      d.text(&c.Run),
		"also":     d.texts(&c.Also),
		"poll":     d.flag(&c.Poll),
		"optional": d.flag(&c.Optional),
		"facts":    func(n *yaml.Node, at string) { c.facts = d.facts(n, at) },
		"gauges":   d.list(func(n *yaml.Node, at string) { c.gauges = append(c.gauges, d.gauge(n, at)) }),
		"textfsm":  func(n *yaml.Node, at string) { file, fileAt = n, at },
		"values":   func(n *yaml.Node, at string) { values, valuesAt = n, at },
	}, "run")
	switch {
	case file != nil && values != nil:
		c.template = d.template(file, fileAt)
		d.values(values, valuesAt, c.template)
	case file != nil:
		d.problem(file, fileAt, "needs values: a map from the template's Values to facts")
	case values != nil:
		d.problem(values, valuesAt, "needs textfsm: the template that has the Values")
	}
	if len(c.facts) == 0 && len(c.gauges) == 0 && file == nil && values == nil && c.Run != "" {
		d.problem(n, at, "the command gives neither facts nor gauges")
	}
	return c
}

// unique reports a command that an earlier entry has, since only that one would ever be read.
func (d *decoder) unique(n *yaml.Node, at string, c Command, seen map[string]bool) {
	for _, name := range append([]string{c.Run}, c.Also...) {
		key := commandKey(name)
		if seen[key] && key != "" {
			d.problem(n, at, "command %q is given twice", name)
		}
		seen[key] = true
	}
}

func (d *decoder) facts(n *yaml.Node, at string) []factRules {
	var found []factRules
	keys := fields{}
	for f := range factCount {
		keys[f.String()] = func(n *yaml.Node, at string) {
			rules := factRules{fact: f}
			d.list(func(n *yaml.Node, at string) {
				rules.rules = append(rules.rules, d.rule(n, at, f))
			})(n, at)
			found = append(found, rules)
		}
	}
	d.mapping(n, at, keys)
	return found
}

// writtenRule is a rule as the definition has it.
type writtenRule struct {
	line, after, until, not *regexp.Regexp
	as                      string
}

func (w *writtenRule) rule() rule {
	return rule{line: newPattern(w.line), after: newPattern(w.after), until: newPattern(w.until), not: w.not, as: w.as}
}

// ruleKeys are the keys of a rule; as is the default and kinds are what `as` may say.
func (d *decoder) ruleKeys(w *writtenRule, as string, kinds []string) fields {
	w.as = as
	return fields{
		"line":  d.pattern(&w.line),
		"after": d.pattern(&w.after),
		"until": d.pattern(&w.until),
		"not":   d.pattern(&w.not),
		"as":    d.oneOf(&w.as, kinds...),
	}
}

// rule reads the long form or the short one, which is the line's pattern alone.
func (d *decoder) rule(n *yaml.Node, at string, f fact) rule {
	var w writtenRule
	keys := d.ruleKeys(&w, f.kind(), f.kinds())
	if n.Kind == yaml.ScalarNode {
		keys["line"](n, at)
	} else {
		d.mapping(n, at, keys, "line")
	}
	return w.rule()
}
