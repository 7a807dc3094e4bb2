package lab

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// script is a sample made ready to play: every text that its Talk left out is filled in from the platform.
type script struct {
	talk     parser.Talk
	answers  []parser.Output
	required []string // the commands of a full poll
	age      *ageText // where the uptime is told; nil: it is printed as the sample has it
	oldName  string   // the sample's host name
	newName  string   // what it is replaced with; "": nothing
}

// newScript fills in what the sample leaves open. The platform must recognise the result.
func newScript(d *Device, s parser.Sample) (*script, error) {
	if len(s.Answers) == 0 {
		return nil, errors.New("the sample answers no command")
	}
	sc := &script{talk: s.Talk, answers: s.Answers}
	if d.Hostname != "" {
		sc.oldName, sc.newName = hostname(d.Platform, s), d.Hostname
	}
	if d.Aging {
		sc.age = findAge(d.Platform, s.Answers)
	}
	sc.required = sc.pollOf(d.Platform)
	sc.fill(d)
	return sc, sc.verify(d.Platform)
}

// fill completes the talk.
func (sc *script) fill(d *Device) {
	talk, session := &sc.talk, &d.Platform.Session
	if talk.Server == "" {
		talk.Server = "SSH-2.0-OpenSSH_9.2"
	}
	if talk.Newline == "" {
		talk.Newline = "\r\n"
	}
	if talk.Prompt == "" {
		talk.Prompt = firstMatch(prompts(d.Name, d.Login.Username), session.Prompt)
	}
	for _, text := range []*string{&talk.Prompt, &talk.User, &talk.Banner} {
		*text = sc.renamed(*text)
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
}

func (sc *script) verify(p *parser.Platform) error {
	talk, patterns := &sc.talk, p.Session.Prompt
	switch {
	case !strings.HasPrefix(talk.Server, "SSH-"):
		return fmt.Errorf("server version %q does not begin with SSH-", talk.Server)
	case len(patterns) > 0 && !matches(talk.Prompt, patterns):
		return fmt.Errorf("prompt %q does not match platform %s: set the sample's prompt", talk.Prompt, p.ID)
	case len(patterns) > 0 && talk.User != "" && !matches(talk.User, patterns):
		return fmt.Errorf("prompt %q does not match platform %s: correct the sample's user prompt", talk.User, p.ID)
	}
	return nil
}

// pollOf lists the commands that make a poll: those the platform types and the sample answers.
func (sc *script) pollOf(p *parser.Platform) []string {
	var commands []string
	for _, c := range p.Commands {
		if a, known := sc.answer(c.Run); known && c.Poll && !c.Optional {
			commands = append(commands, a.Command)
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
	if next.age != nil && sameCommand(next.age.command, command) {
		next.age = nil
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

// text is the answer as the device prints it when it has been up for so long, its last line ended.
func (sc *script) text(answer parser.Output, uptime time.Duration) string {
	text := answer.Text
	if sc.age != nil && sc.age.command == answer.Command {
		text = sc.age.at(uptime)
	}
	return ended(sc.renamed(text))
}

func (sc *script) renamed(text string) string {
	if sc.oldName == "" || sc.newName == "" {
		return text
	}
	return strings.ReplaceAll(text, sc.oldName, sc.newName)
}

// labName is what a sample calls its device where the platform cannot tell the name.
var labName = regexp.MustCompile(`\blab-[\w\-]+`)

// hostname is the name that a sample's device has, without a domain.
func hostname(p *parser.Platform, s parser.Sample) string {
	reading, _ := p.Parse(s.Answers) // what was found counts, not what was missing
	if name, _, _ := strings.Cut(reading.Facts.Hostname, "."); name != "" {
		return name
	}
	return labName.FindString(s.Talk.Prompt)
}

// ended gives a text the line end that its last line may lack.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

func sameCommand(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}
