package lab

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/netver/netver_exporter/parser"
)

// script is a sample made ready to play: every text that its Talk left out is filled in from the platform.
type script struct {
	talk     parser.Talk
	answers  []parser.Output
	required []string // the commands of a full poll
}

// newScript fills in what the sample leaves open. The platform must recognise the result.
func newScript(d *Device, s parser.Sample) (*script, error) {
	talk, session := s.Talk, d.Platform.Session
	if talk.Server == "" {
		talk.Server = "SSH-2.0-OpenSSH_9.2"
	}
	if !strings.HasPrefix(talk.Server, "SSH-2.0-") {
		return nil, fmt.Errorf("server version %q does not begin with SSH-2.0-", talk.Server)
	}
	if talk.Newline == "" {
		talk.Newline = "\r\n"
	}
	if talk.Prompt == "" {
		talk.Prompt = firstMatch(prompts(d.Name, d.Login.Username), session.Prompt)
	}
	if len(session.Prompt) > 0 && !matches(talk.Prompt, session.Prompt) {
		return nil, fmt.Errorf("prompt %q does not match platform %s: set the sample's prompt", talk.Prompt, d.Platform.ID)
	}
	if talk.User != "" && len(session.Prompt) > 0 && !matches(talk.User, session.Prompt) {
		return nil, fmt.Errorf("prompt %q does not match platform %s: correct the sample's user prompt", talk.User, d.Platform.ID)
	}
	if talk.Pager == "" && (len(session.Setup) > 0 || d.KeepPaging) {
		talk.Pager = " --More-- "
	}
	if talk.Erase == "" {
		talk.Erase = "\r" + strings.Repeat(" ", len(talk.Pager)) + "\r"
	}
	if talk.Refusal == "" {
		talk.Refusal = firstMatch(refusals, session.Refusals)
	}
	if len(s.Answers) == 0 {
		return nil, errors.New("the sample answers no command")
	}
	sc := &script{talk: talk, answers: s.Answers}
	sc.required = sc.pollOf(d.Platform)
	return sc, nil
}

// pollOf lists the commands that make a poll: those the platform types and the sample answers.
func (sc *script) pollOf(p *parser.Platform) []string {
	var commands []string
	for _, c := range p.Commands {
		if _, known := sc.answer(c.Run); known && c.Poll && !c.Optional {
			commands = append(commands, c.Run)
		}
	}
	if commands == nil {
		commands = []string{sc.answers[0].Command}
	}
	return commands
}

// with is a copy in which the command prints the text.
func (sc *script) with(command, text string) *script {
	next := *sc
	next.answers = []parser.Output{{Command: command, Text: text}}
	for _, a := range sc.answers {
		if !sameCommand(a.Command, command) {
			next.answers = append(next.answers, a)
		}
	}
	return &next
}

// answer finds what a command prints; case and blanks do not matter, nor does a pipe that switches paging off.
func (sc *script) answer(command string) (parser.Output, bool) {
	for _, a := range sc.answers {
		if sameCommand(a.Command, command) {
			return a, true
		}
	}
	if bare, _, piped := strings.Cut(command, "|"); piped {
		return sc.answer(bare)
	}
	return parser.Output{}, false
}

func sameCommand(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

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

func matches(text string, patterns []*regexp.Regexp) bool {
	for _, line := range strings.Split(escapes.ReplaceAllString(text, ""), "\n") {
		for _, p := range patterns {
			if p.MatchString(line) {
				return true
			}
		}
	}
	return false
}
