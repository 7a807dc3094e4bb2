package lab

import (
	"regexp"
	"strings"
)

// prompts are the shapes that prompts have, the most common first.
func prompts(host, user string) []string {
	return []string{
		host + "#",
		host + "> ",
		user + "@" + host + "> ",
		user + "@" + host + ":~$ ",
		host + " # ",
		"(" + host + ") #",
		"(" + host + ") >",
		"<" + host + ">",
		"[" + user + "@" + host + "] > ",
		"A:" + host + "# ",
		"-> ",
		"> ",
	}
}

// refusals are what devices say to a command they do not know.
var refusals = []string{
	"% Invalid input detected at '^' marker.",
	"% Invalid command at '^' marker.",
	"% Unknown command.",
	"% Unrecognized command",
	"ERROR: % Invalid input detected at '^' marker.",
	"unknown command.",
	"syntax error, expecting <command>.",
	"Error: Unrecognized command found at '^' position.",
	"-bash: command not found",
	"Invalid input: x",
	"  Invalid command: [x]",
	"Incorrect usage.  Use the '?' or <TAB> key to list commands.",
	"% Invalid input",
	"Error: Bad command.",
	"MINOR: CLI Unknown command \"x\".",
	"bad command name x (line 1 column 1)",
	"Unknown action 0",
	"Unknown command: x",
	"CLINFR0329  Invalid command:'x'.",
	"ERROR: Invalid command \"x\"",
	"Syntax Error: unexpected argument \"x\"",
	"%Error 20203: parse error.",
	"x: Command not found.",
	"ERROR::Command is not existed",
}

// firstMatch is the first of the texts that a pattern matches, or the first text.
func firstMatch(texts []string, patterns []*regexp.Regexp) string {
	for _, text := range texts {
		if matches(text, patterns) {
			return text
		}
	}
	return texts[0]
}

// escapes are the sequences that a prompt may carry and a terminal does not show.
var escapes = regexp.MustCompile(`\x1b\][^\x07]*\x07|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[=>]|[\x00\x07\r]`)

// matches reports whether a pattern matches a line of the text.
func matches(text string, patterns []*regexp.Regexp) bool {
	for line := range strings.Lines(escapes.ReplaceAllString(text, "")) {
		for _, p := range patterns {
			if p.MatchString(strings.TrimSuffix(line, "\n")) {
				return true
			}
		}
	}
	return false
}
