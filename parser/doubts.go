package parser

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Doubts says why a poll of the sample's device might fail although the answers can be read: a prompt that the definition
// does not know, a command that is typed and has no answer, an answer to a command that is not known. Nil: none.
func (p *Platform) Doubts(s Sample) []string {
	var doubts []string
	prompt := s.Talk.Prompt
	fits := func(pattern *regexp.Regexp) bool { return pattern.MatchString(prompt) }
	if prompt != "" && !strings.Contains(prompt, "\x1b") && !slices.ContainsFunc(p.Session.Prompt, fits) {
		doubts = append(doubts, fmt.Sprintf("the prompt %q fits no pattern of session.prompt: %s", prompt, listed(p.Session.Prompt)))
	}
	for _, c := range p.Commands {
		answered := func(a Output) bool { return commandKey(a.Command) == commandKey(c.Run) }
		if c.Poll && !c.Optional && !slices.ContainsFunc(s.Answers, answered) {
			doubts = append(doubts, fmt.Sprintf("the sample has no answer to %q, which each poll types", c.Run))
		}
	}
	for _, a := range s.Answers {
		if _, known := p.byCommand[commandKey(a.Command)]; !known {
			doubts = append(doubts, fmt.Sprintf("no command of the definition is %q; its answer was read with all rules", a.Command))
		}
	}
	return doubts
}

func listed(patterns []*regexp.Regexp) string {
	var texts []string
	for _, pattern := range patterns {
		texts = append(texts, "'"+pattern.String()+"'")
	}
	return strings.Join(texts, ", ")
}
