package parser

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const commandsDoc = "../docs/commands.md"

// TestCommandsDoc keeps docs/commands.md in step with the definitions.
func TestCommandsDoc(t *testing.T) {
	got := describeCommands(builtIns(t))
	if *update {
		if err := os.WriteFile(commandsDoc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(commandsDoc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of step: go test ./parser -run TestCommandsDoc -update (-want +got):\n%s", commandsDoc, diff)
	}
}

func describeCommands(r *Registry) string {
	var b strings.Builder
	b.WriteString("# Commands\n\n" +
		"Generated from `parser/platforms/*.yml`: all that the exporter types on each platform, for a user who may do that and nothing else.\n" +
		"`netver_exporter platforms commands ID` prints the same, for definitions of your own, too.\n\n" +
		"The lines are those of a TACACS+ group (`tac_plus`): the first word of a command, and a pattern of the others. ` ?(<cr>)?` is there because\n" +
		"some devices send the end of the line as a word. Commands that only prepare the session (`terminal length 0`) and those of optional facts may be\n" +
		"refused: the poll goes on without. `enable` is typed only for a credential with an enable secret. Answers are given to questions that\n" +
		"come up by themselves; {username}, {password} and {enable} are the credential's. Beyond these a session presses Enter, the keys of pagers, and `y` or `n`\n" +
		"where a device asks whether to leave, or to save, after the last command.\n\n" +
		"A device with `platform: auto` gets the commands with which platforms are told apart until one fits: give its platform a name\n" +
		"where users are restricted.\n")
	for _, p := range r.All() {
		fmt.Fprintf(&b, "\n## %s\n\n```\n%s```\n", p.ID, p.CommandSet())
		if p.ID == "juniper_junos" {
			fmt.Fprintf(&b, "\nAs a login class of Junos, without `permissions`:\n\n```\n%s```\n", p.LoginClass())
		}
		var answers []string
		for _, typed := range p.Typed() {
			if quoted := "`" + strings.Trim(strconv.Quote(typed.Text), `"`) + "`"; typed.Use == ToAnswer && !slices.Contains(answers, quoted) {
				answers = append(answers, quoted)
			}
		}
		if answers != nil {
			fmt.Fprintf(&b, "\nAnswers: %s\n", strings.Join(answers, ", "))
		}
		if p.Session.Via != "" {
			fmt.Fprintf(&b, "\nIn the shell of a host: `%s`\n", p.Session.Via)
		}
	}
	return b.String()
}

var tacacsLine = regexp.MustCompile(`^cmd = (\S+) \{ permit "(.*)" \}$`)

// TestCommandSets holds each set to what its platform types: it permits all of that, as devices ask for it, and nothing longer.
func TestCommandSets(t *testing.T) {
	for _, p := range builtIns(t).All() {
		permits := map[string]*regexp.Regexp{}
		for line := range strings.Lines(p.CommandSet()) {
			words := tacacsLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
			if words == nil {
				t.Errorf("%s: %q", p.ID, line)
				continue
			}
			permits[words[1]] = regexp.MustCompile(strings.ReplaceAll(words[2], `\"`, `"`))
		}
		_, class, _ := strings.Cut(p.LoginClass(), `allow-commands "`)
		junos := regexp.MustCompile(strings.TrimSuffix(class, "\"\n"))
		for _, typed := range p.Typed() {
			if typed.Use == ToAnswer || typed.Use == ToReadVia {
				continue
			}
			word, rest, _ := strings.Cut(typed.Text, " ")
			re := permits[word]
			if re == nil || !re.MatchString(rest) || !re.MatchString(strings.TrimSpace(rest+" <cr>")) || re.MatchString(rest+" x") {
				t.Errorf("%s: %q is not what %v permits for %q", p.ID, rest, re, word)
			}
			if !junos.MatchString(typed.Text) || junos.MatchString(typed.Text+" x") {
				t.Errorf("%s: %q is not what the class permits: %v", p.ID, typed.Text, junos)
			}
		}
	}
}
