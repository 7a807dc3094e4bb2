package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// placeholders are what stands for a name in the docs, and what the test puts there.
var placeholders = map[string]string{"ID": "cisco_ios", "NAME": "core-1", "DEVICE": "core-1", "{{ $labels.device }}": "core-1", "sw1": "core-1", "sw2": "core-1"}

// endless are the commands that serve, or need a server at the usual port: their flags are read, and that is all.
var endless = []string{"run", "lab", "healthcheck"}

// TestDocs runs every command that the docs show as it is written there, against a lab where it needs devices. What cannot
// run here is read as far as its program, its flags and the tests and targets that it names go.
func TestDocs(t *testing.T) {
	documents := glob(t, "../*.md", "../config.yml", "../docs/*.md", "../docs/decisions/*.md", "../deploy/prometheus/*.yml")
	var scripts []string
	for _, document := range documents {
		var script strings.Builder
		for _, c := range documented(t, document) {
			text, file, redirected := strings.Cut(c.text, " > ")
			if words := exporterArgs(text); words == nil {
				if err := checkTool(c.text); err != nil {
					t.Errorf("%s: %s: %v", c.place, c.text, err)
				}
			} else if err := parses(words, c.fragment); err != nil {
				t.Errorf("%s: %s: %v", c.place, c.text, err)
			} else if len(words) > 0 && !slices.Contains(endless, words[0]) && !c.fragment && !strings.HasPrefix(words[0], "-") {
				fmt.Fprintf(&script, "# %s\nexec netver_exporter %s\n", c.place, quoteAll(words))
				if redirected {
					fmt.Fprintf(&script, "cp stdout %s\n", file)
				}
			}
		}
		if script.Len() > 0 {
			scripts = append(scripts, filepath.Join(t.TempDir(), filepath.Base(document)+".txtar"))
			writeFile(t, scripts[len(scripts)-1], "lab core-1=cisco_nxos lab-acme-1=acme_os\ncp lab.yml config.yml\n"+
				"edit config.yml 'labels: {}' 'labels: {site: site1}'\nedit config.yml '- name: lab' '- name: site1'\n"+script.String())
		}
	}
	platform, sample := shown(t, "id: acme_os\n"), shown(t, "prompt: \"lab-acme-1> \"\n")
	_, answer, _ := strings.Cut(sample, "-- show version --\n")
	testscript.Run(t, testscript.Params{
		Files: scripts,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"lab": startLab, "edit": edit},
		Setup: func(e *testscript.Env) error {
			for name, text := range map[string]string{
				"platforms/acme_os.yml": platform, "samples/acme_os.txtar": sample, "ac-4.txtar": sample, "answer.txt": answer,
			} {
				name = filepath.Join(e.WorkDir, name)
				if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
					return err
				}
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// parses reads a command's flags. A fragment may leave out the value of its last flag; --help and --version would end the test.
func parses(words []string, fragment bool) error {
	words = slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word == "--help" || word == "--version" })
	_, err := parseArgs(words, Streams{Out: io.Discard, Err: io.Discard}, &written{to: io.Discard})
	if err != nil && fragment && strings.HasPrefix(words[len(words)-1], "--") {
		_, err = parseArgs(append(words, "1"), Streams{Out: io.Discard, Err: io.Discard}, &written{to: io.Discard})
	}
	return err
}

// shown is the block of docs/adding-a-platform.md that begins with a line.
func shown(t *testing.T, first string) string {
	t.Helper()
	_, block, found := strings.Cut(readFile(t, "../docs/adding-a-platform.md"), "```yaml\n"+first)
	if !found {
		_, block, found = strings.Cut(readFile(t, "../docs/adding-a-platform.md"), "```\n"+first)
	}
	block, _, _ = strings.Cut(block, "```")
	if !found {
		t.Fatalf("docs/adding-a-platform.md shows no block that begins with %q", first)
	}
	return first + block
}

// shownCommand is a command in a document.
type shownCommand struct {
	place    string // file:line
	text     string
	fragment bool // a command's name and flags, within a sentence
}

var (
	inline   = regexp.MustCompile("`([^`]+)`")
	programs = regexp.MustCompile(`^((\./)?netver_exporter|go|make|curl|ssh-keyscan)( |$)`)
	comment  = regexp.MustCompile(`^#( {3,}netver_exporter .*)`) // of a YAML file
)

// documented lists the commands in blocks of a shell or of no language, in comments of their own, and in backquotes.
func documented(t *testing.T, file string) []shownCommand {
	t.Helper()
	var all []shownCommand
	language, inBlock := "", false
	for i, line := range strings.Split(readFile(t, file), "\n") {
		place := fmt.Sprintf("%s:%d", strings.TrimPrefix(file, "../"), i+1)
		line = strings.TrimSpace(line)
		if rest, fence := strings.CutPrefix(line, "```"); fence {
			language, inBlock = rest, !inBlock
			continue
		}
		if m := comment.FindStringSubmatch(line); m != nil {
			all = append(all, shownCommand{place: place, text: withoutRemark(m[1])})
		}
		switch text := withoutRemark(line); {
		case inBlock && language == "sh" && text != "", inBlock && language == "" && programs.MatchString(text):
			all = append(all, shownCommand{place: place, text: text})
		case !inBlock:
			for _, m := range inline.FindAllStringSubmatch(line, -1) {
				word, rest, _ := strings.Cut(m[1], " ")
				if programs.MatchString(m[1]) && rest != "" {
					all = append(all, shownCommand{place: place, text: m[1]})
				} else if isCommand(word) && strings.Contains(rest, "--") {
					all = append(all, shownCommand{place: place, text: "netver_exporter " + m[1], fragment: true})
				}
			}
		}
	}
	return all
}

// withoutRemark cuts off what explains a command: a comment, or words after two blanks.
func withoutRemark(line string) string {
	line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
	line, _, _ = strings.Cut(strings.TrimPrefix(line, "#"), "  ")
	return strings.TrimSpace(line)
}

// exporterArgs are the arguments if the command calls the exporter, and nil if not.
func exporterArgs(text string) []string {
	for name, value := range placeholders {
		text = regexp.MustCompile(`(^| )`+regexp.QuoteMeta(name)+`( |$)`).ReplaceAllString(text, "${1}"+value+"${2}")
	}
	for _, program := range []string{"./netver_exporter", "netver_exporter", "go run ."} {
		if rest, ok := strings.CutPrefix(text+" ", program+" "); ok {
			return splitWords(rest)
		}
	}
	return nil
}

var shellWord = regexp.MustCompile(`'([^']*)'|(\S+)`)

func splitWords(text string) []string {
	words := []string{}
	for _, m := range shellWord.FindAllStringSubmatch(text, -1) {
		words = append(words, m[1]+m[2])
	}
	return words
}

func quoteAll(words []string) string { return "'" + strings.Join(words, "' '") + "'" }

// checkTool checks a command of another program.
func checkTool(text string) error {
	words := splitWords(text)
	switch {
	case words[0] == "make":
		return contains("../Makefile", `(?m)^`+regexp.QuoteMeta(words[1])+`:`)
	case words[0] == "curl":
		if !strings.Contains(text, "localhost:9733/") && !strings.Contains(text, "https://endoflife.date/api/v1/") {
			return fmt.Errorf("the exporter is at localhost:9733")
		}
		return nil
	case words[0] == "ssh-keyscan", text == "go mod verify", text == "sudo install netver_exporter /usr/local/bin", text == "git clone https://github.com/netver/netver_exporter && cd netver_exporter":
		return nil
	case words[0] == "go" && (words[1] == "test" || words[1] == "run"):
		return checkGo(words[2:])
	}
	return checkInstall(words)
}

// goFlags are those of go test.
var goFlags = []string{"bench", "benchmem", "count", "race", "run", "tags", "timeout", "v"}

// checkGo looks for the packages, the tests and the flags of their own that a go command names.
func checkGo(words []string) error {
	sources := ""
	for _, word := range words {
		if dir, ok := strings.CutPrefix(word, "./"); ok && dir != "..." {
			sources += "../" + dir + "/*.go "
		}
	}
	for i, word := range words {
		name, isFlag := strings.CutPrefix(word, "-")
		name, _, _ = strings.Cut(name, "=")
		switch {
		case !isFlag:
		case name == "run" && words[i+1] != "^$":
			test, _, _ := strings.Cut(words[i+1], "/")
			if err := contains(sources, `(?m)^func Test\w*`+strings.TrimPrefix(test, "Test")+`\w*\(`); err != nil {
				return err
			}
		case slices.Contains(goFlags, name):
		default:
			if err := contains(sources, `\.(Bool|Int|Duration|String|Uint64|Int64)(Var)?\((&[\w.]+, )?"`+regexp.QuoteMeta(name)+`"`); err != nil {
				return err
			}
		}
	}
	return nil
}

// contains is nil if a file of the patterns has a match.
func contains(patterns, expression string) error {
	for pattern := range strings.FieldsSeq(patterns) {
		files, err := filepath.Glob(pattern)
		if err != nil || files == nil {
			return fmt.Errorf("there is no %s", pattern)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if regexp.MustCompile(expression).Match(text) {
				return nil
			}
		}
	}
	return fmt.Errorf("nothing in %s matches %s", patterns, expression)
}

func glob(t *testing.T, patterns ...string) []string {
	t.Helper()
	found := map[string]bool{}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || files == nil {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, file := range files {
			found[file] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
