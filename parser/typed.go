package parser

import (
	"slices"
	"strings"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/strictyaml"
)

// Use is what a text is typed for.
type Use string

// The uses of what is typed.
const (
	ToAnswer  Use = "answer" // of a question, a menu or a pager
	ToEnable  Use = "enable" // the privileged mode
	ToSetUp   Use = "setup"  // paging off, width
	ToRead    Use = "read"   // at each poll
	ToTry     Use = "try"    // at each poll, and a refusal does not matter
	ToReadVia Use = "via"    // the shell of a host, which runs {command}
	ToDetect  Use = "detect" // on first contact with a device whose platform is not known
	ToLeave   Use = "leave"  // at the end
)

// Typed is a text that a definition has a session type.
type Typed struct {
	Text string // {username}, {password} and {enable} stand for the credential's, {command} for each command
	Use  Use

	key  string // its place in the definition
	line int
}

// Typed is all that the definition has a session type, in the order of a session. It does not list what sessions do on every
// platform: Enter, the keys of well-known pagers, and "y" and "n" to the questions that follow the goodbye.
func (p *Platform) Typed() []Typed { return p.typed }

// typed lists what a definition types, and notes what it allows without need.
func (c *compiler) typed(w *definition, p *Platform) {
	add := func(text string, use Use, at *strictyaml.Path) {
		if text != "" {
			p.typed = append(p.typed, Typed{text, use, at.String(), c.document.Line(at)})
		}
	}
	at := strictyaml.At("session")
	answers := func(gates []dialogue.Gate, written int, list string) {
		for i, g := range gates {
			place := at // of the old form, or of the login
			if i < written {
				place = c.document.Item(at.Child(list), i)
			}
			add(g.Answer, ToAnswer, place)
		}
	}
	answers(p.Session.Gates, len(w.Session.Questions), "questions")
	answers(p.Session.Pager, len(w.Session.Pagers), "pagers")
	if p.Session.Enable != nil {
		add(p.Session.Enable.Command, ToEnable, at.Child("enable"))
	}
	for i, step := range w.Session.Setup {
		add(step.Try, ToSetUp, c.document.Item(at.Child("setup"), i))
		add(step.Instead, ToSetUp, c.document.Item(at.Child("setup"), i))
	}
	add(p.Session.Via, ToReadVia, at.Child("via"))
	for i, command := range w.Commands {
		use := ToRead
		if command.Optional || command.Host {
			use = ToTry
		}
		if command.Poll == nil || *command.Poll {
			add(command.Run, use, c.document.Item(strictyaml.At("commands"), i).Child("run"))
		}
	}
	add(p.Detect.Command, ToDetect, strictyaml.At("detect", "command"))
	add(p.Session.Exit, ToLeave, at.Child("exit"))
	for i, text := range w.Allow {
		if !slices.ContainsFunc(p.typed, func(t Typed) bool {
			return t.Text == text || !t.isAnswer() && beginsWith(strings.Fields(strings.ToLower(t.Text)), text)
		}) {
			c.document.Fault(c.document.Item(strictyaml.At("allow"), i), "%q is not typed by this definition; take it out", text)
		}
	}
	p.allow = w.Allow
}

func (t *Typed) isAnswer() bool { return t.Use == ToAnswer }

// types reports whether the platform types the text, as a command or as an answer. Upper and lower case are the same.
func (p *Platform) types(t *Typed) bool {
	return slices.ContainsFunc(p.typed, func(own Typed) bool { return own.isAnswer() == t.isAnswer() && strings.EqualFold(own.Text, t.Text) })
}

// strange are what a platform types that may do more than read, each as a problem of its definition. What a built-in platform
// types is not strange.
func (l *library) strange(p *Platform) (problems strictyaml.Problems) {
	told := map[string]bool{}
	for i := range p.typed {
		t := &p.typed[i]
		if told[t.Text] || slices.Contains(p.allow, t.Text) || !t.isAnswer() && onlyReads(t.Text, p.allow) || l.types(t) {
			continue
		}
		told[t.Text] = true
		problems = append(problems, strictyaml.Problem{File: p.Origin, Line: t.line, Key: t.key, Text: strangeText(t)})
	}
	return problems
}
