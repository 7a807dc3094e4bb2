package parser

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// commands are what is typed at the device's command line, in order and each once; answers to questions are none.
func (p *Platform) commands() (all []string) {
	for _, t := range p.typed {
		if t.Use != ToAnswer && t.Use != ToReadVia && !slices.Contains(all, t.Text) {
			all = append(all, t.Text)
		}
	}
	return all
}

// lineEndArgument allows for what some devices send as the last argument, the end of the line.
const lineEndArgument = ` ?(<cr>)?$`

// CommandSet is what a user needs who may type what the definition types and nothing else: the commands of a TACACS+ group as
// tac_plus has them, a line for each first word, with the other words as patterns.
func (p *Platform) CommandSet() string {
	arguments := map[string][]string{}
	for _, command := range p.commands() {
		word, rest, _ := strings.Cut(command, " ")
		arguments[word] = append(arguments[word], withFilter(rest))
	}
	var b strings.Builder
	for _, word := range slices.Sorted(maps.Keys(arguments)) {
		alternatives := strings.Join(arguments[word], "|")
		if len(arguments[word]) > 1 {
			alternatives = "(" + alternatives + ")"
		}
		fmt.Fprintf(&b, "cmd = %s { permit \"^%s%s\" }\n", word, strings.ReplaceAll(alternatives, `"`, `\"`), lineEndArgument)
	}
	return b.String()
}

// LoginClass is the same as a login class of Junos. Without permissions the class has these commands alone.
func (p *Platform) LoginClass() string {
	all := p.commands()
	for i, command := range all {
		all[i] = withFilter(command)
	}
	return fmt.Sprintf("set system login class netver allow-commands \"^(%s)$\"\n", strings.Join(all, "|"))
}

// withFilter is the pattern of a text. Some devices ask whether a command is allowed without what follows its bar.
func withFilter(text string) string {
	command, filter, found := strings.Cut(text, " | ")
	if !found {
		return regexp.QuoteMeta(text)
	}
	return regexp.QuoteMeta(command) + "( " + regexp.QuoteMeta("| "+filter) + ")?"
}
