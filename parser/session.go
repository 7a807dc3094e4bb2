package parser

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/netver/netver_exporter/dialogue"
	"github.com/netver/netver_exporter/strictyaml"
)

// standardPromptText is what most command lines show: a name, perhaps a mode in brackets, and one or two signs.
const standardPromptText = `^[\w.\-@\\/:+~]{1,64}(?: ?\([^()\n]{1,60}\))*[>#]{1,2} ?$`

var standardPrompt = []*regexp.Regexp{mustSurround(standardPromptText)}

// standardLogin are the questions of a device that lets everybody in by SSH and asks who it is in the session.
var standardLogin = []dialogue.Gate{
	{Ask: mustSurround(`(?i)^>*\s*(?:please )?(?:enter )?(?:[\w.\-]+ )?(?:user ?name|user|login)(?: ?name)? ?(?:\([^()]*\))? ?: ?$`), Answer: "{username}"},
	{Ask: mustSurround(`(?i)^>*\s*(?:please )?(?:enter )?(?:user )?pass ?word ?(?:\([^()]*\))? ?: ?$`), Answer: "{password}"},
}

// standardEnable is how Cisco does it, and those who came after.
var standardEnable = dialogue.Enable{
	Command: "enable",
	When:    regexp.MustCompile(`> ?$`),
	Ask:     regexp.MustCompile(`(?i)^\s*(?:please )?(?:enter )?(?:enable )?pass ?word ?(?:\([^()]*\))? ?: ?$`),
	User:    regexp.MustCompile(`(?i)^\s*(?:please )?(?:enter )?(?:user ?name|user|login)(?: ?name)? ?: ?$`),
}

// writtenSession is a dialogue as written. The last keys are those of before.
type writtenSession struct {
	Mode        dialogue.Mode     `yaml:"mode,required" oneof:"exec shell"`
	Prompt      []surrounding     `yaml:"prompt,filled,list"`
	Context     []surrounding     `yaml:"context,filled,list"`
	Enter       string            `yaml:"enter" oneof:"\n \r \r\n"`
	Via         string            `yaml:"via,filled"`
	Login       string            `yaml:"login,filled"`
	LoginSuffix string            `yaml:"login_suffix,filled"`
	Questions   []writtenQuestion `yaml:"questions,filled,list"`
	Enable      *writtenEnable    `yaml:"enable"`
	Setup       []writtenStep     `yaml:"setup,filled,list"`
	Pagers      []writtenQuestion `yaml:"pagers,filled,list"`
	Errors      []lineStart       `yaml:"errors,filled,list"`
	Exit        string            `yaml:"exit,filled"`

	Gates    []writtenGate    `yaml:"gates,filled,list"`
	Pager    []writtenGate    `yaml:"pager,filled,list"`
	Refusals []*regexp.Regexp `yaml:"refusals,filled,list"`
}

// writtenQuestion is a question and the line or the key that answers it; a text alone is a pager that goes on with a blank.
type writtenQuestion struct {
	Ask      lineEnd        `yaml:"ask,required,filled,short"`
	Answer   *writtenAnswer `yaml:"answer"`
	Key      *string        `yaml:"key"`
	Anywhere bool           `yaml:"anywhere"`
}

// writtenAnswer is a text. Without quotes {password} is a mapping with that key.
type writtenAnswer struct {
	Text     string `yaml:",short"`
	Username string `yaml:"username"`
	Password string `yaml:"password"`
	Enable   string `yaml:"enable"`
}

// writtenStep is a command, and perhaps one for devices that refuse it.
type writtenStep struct {
	Try     string `yaml:"try,required,filled,short"`
	Instead string `yaml:"instead,filled"`
}

// writtenGate is the old form of a question: patterns only.
type writtenGate struct {
	Ask    *regexp.Regexp `yaml:"ask,required"`
	Answer writtenAnswer  `yaml:"answer,required"`
	Raw    bool           `yaml:"raw"`
}

// writtenEnable is "true" for the usual way, "always" for a mode that is free as a rule, or what differs from the usual way.
type writtenEnable struct {
	Way     string         `yaml:",short"`
	Command string         `yaml:"command,filled"`
	When    *regexp.Regexp `yaml:"when"`
	Ask     *regexp.Regexp `yaml:"ask"`
	Always  bool           `yaml:"always"`
}

func (c *compiler) session(w *writtenSession, at *strictyaml.Path) dialogue.Dialogue {
	s := dialogue.Dialogue{
		Mode: w.Mode, Prompt: patterns(w.Prompt), Context: patterns(w.Context), Enter: cmp.Or(w.Enter, "\n"), Login: w.LoginSuffix,
		Exit: w.Exit, Refusals: w.Refusals, Via: w.Via,
	}
	if w.Via != "" && !strings.Contains(w.Via, "{command}") {
		c.document.Fault(at.Child("via"), "needs {command}, where the command goes")
	}
	for _, step := range w.Setup {
		s.Setup = append(s.Setup, step.Try)
		if step.Instead != "" {
			if s.Instead == nil {
				s.Instead = map[string]string{}
			}
			s.Instead[step.Try] = step.Instead
		}
	}
	if len(s.Prompt) == 0 {
		s.Prompt = standardPrompt
	}
	s.Gates = append(c.questions(w.Questions, at.Child("questions")), c.gates(w.Gates, at.Child("gates"), "questions")...)
	s.Pager = append(c.questions(w.Pagers, at.Child("pagers")), c.gates(w.Pager, at.Child("pager"), "pagers")...)
	if w.Login == "in_session" {
		s.Gates = append(s.Gates, standardLogin...)
	} else if w.Login != "" {
		s.Login = w.Login
		c.document.Warn(at.Child("login"), "what is appended to the user name is login_suffix now; login: in_session is for devices that ask for the login in the session")
	}
	if w.Enable != nil {
		s.Enable = c.enable(w.Enable, at.Child("enable"))
	}
	if w.Refusals != nil {
		c.document.Warn(at.Child("refusals"), "the key is going away: write errors, where /…/ is a pattern and other text the start of a line")
	}
	for _, e := range w.Errors {
		s.Refusals = append(s.Refusals, e.Regexp)
	}
	return s
}

func (c *compiler) questions(written []writtenQuestion, list *strictyaml.Path) []dialogue.Gate {
	var all []dialogue.Gate
	for i, w := range written {
		at := c.document.Item(list, i)
		g := dialogue.Gate{Ask: w.Ask.Regexp, Answer: " ", Raw: true, Anywhere: w.Anywhere}
		switch {
		case w.Answer != nil && w.Key != nil:
			c.document.Fault(at, "an answer is either a line or a key")
		case w.Answer != nil:
			g.Answer, g.Raw = c.answer(w.Answer, at.Child("answer")), false
		case w.Key != nil:
			g.Answer = *w.Key
		case c.document.Given(at.Child("ask")):
			c.document.Fault(at, "needs answer, a line to type, or key, what is pressed without Enter")
		}
		all = append(all, g)
	}
	return all
}

func (c *compiler) answer(w *writtenAnswer, at *strictyaml.Path) string {
	for _, part := range []string{"username", "password", "enable"} {
		if c.document.Given(at.Child(part)) {
			return "{" + part + "}"
		}
	}
	return w.Text
}

func (c *compiler) gates(written []writtenGate, list *strictyaml.Path, instead string) []dialogue.Gate {
	if written == nil {
		return nil
	}
	c.document.Warn(list, "the key is going away: write %s, where /…/ is a pattern and other text the end of a line", instead)
	var all []dialogue.Gate
	for i, w := range written {
		all = append(all, dialogue.Gate{Ask: w.Ask, Answer: c.answer(&w.Answer, c.document.Item(list, i).Child("answer")), Raw: w.Raw})
	}
	return all
}

func (c *compiler) enable(w *writtenEnable, at *strictyaml.Path) *dialogue.Enable {
	e := standardEnable
	e.Command, e.Always = cmp.Or(w.Command, e.Command), w.Always || w.Way == "always"
	e.When, e.Ask = cmp.Or(w.When, e.When), cmp.Or(w.Ask, e.Ask)
	if w.Way != "" && w.Way != "true" && w.Way != "always" {
		c.document.Fault(at, "want true, always, or what differs from the usual: {command: …, when: …, ask: …}")
	}
	return &e
}
