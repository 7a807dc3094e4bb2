package parser

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const platformsDoc = "../docs/platforms.md"

// TestPlatformsDoc keeps docs/platforms.md in step with the definitions.
func TestPlatformsDoc(t *testing.T) {
	got := describePlatforms(builtIns(t))
	if *update {
		if err := os.WriteFile(platformsDoc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(platformsDoc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of step: go test ./parser -run TestPlatformsDoc -update (-want +got):\n%s", platformsDoc, diff)
	}
}

func describePlatforms(r *Registry) string {
	var b strings.Builder
	b.WriteString("# Platforms\n\n" +
		"Generated from `parser/platforms/*.yml`. A device's `platform` may be an id or an alias; the aliases are the names that\n" +
		"Netmiko (also with `_ssh`), NAPALM, Ansible, Oxidized and scrapli have for the same thing (`platforms --names`). Commands in brackets are optional: a device that refuses them is\n" +
		"polled all the same. `netver_exporter platforms show ID` prints a definition, and\n" +
		"[adding-a-platform.md](adding-a-platform.md) tells how to write one.\n\n")
	fmt.Fprintf(&b, "%d platforms.\n\n", len(r.All()))
	b.WriteString("| id | vendor | what | mode | commands | aliases |\n|---|---|---|---|---|---|\n")
	for _, p := range r.All() {
		row := []string{"`" + p.ID + "`", p.Vendor, p.Title, string(p.Session.Mode), polledCommands(p), codes(r.Aliases(p.ID))}
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "|", `\|`)
		}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	describeFacts(&b, r)
	return b.String()
}

// shownColumns are the columns of the table of facts.
var shownColumns = []fact{factVersion, factUptime, factModel, factSerial, factHostname, factPatch, factReloadReason, factNextBoot}

func describeFacts(b *strings.Builder, r *Registry) {
	b.WriteString("\n## Facts\n\n" +
		"**read**: a poll reads it, where the device tells it · **privileged**: the same, for a user with privileges · **not told**: no command of\n" +
		"the platform tells it · –: it is not read. FRR's uptime is that of the host, for users who log in to the host. An uptime may be the difference of the clock and a boot time.\n\n| id |")
	names := []string{}
	for _, f := range shownColumns {
		names = append(names, f.String())
	}
	names = append(names, membersName)
	for _, name := range names {
		b.WriteString(" " + name + " |")
	}
	b.WriteString("\n|" + strings.Repeat("---|", 1+len(names)) + "\n")
	for _, p := range r.All() {
		polled := p.polled()
		fmt.Fprintf(b, "| `%s` |", p.ID)
		for _, name := range names {
			word := "–"
			switch {
			case slices.Contains(p.Privileged, name):
				word = "privileged"
			case polled[name], name == "uptime" && polled["boot_time"]:
				word = "read"
			case slices.Contains(p.NotTold, name):
				word = "not told"
			}
			b.WriteString(" " + word + " |")
		}
		b.WriteString("\n")
	}
}

func polledCommands(p *Platform) string {
	var commands []string
	for _, c := range p.Commands {
		switch {
		case c.Poll && c.Optional:
			commands = append(commands, "[`"+c.Run+"`]")
		case c.Poll:
			commands = append(commands, "`"+c.Run+"`")
		}
	}
	return strings.Join(commands, ", ")
}

func codes(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "`" + name + "`"
	}
	return strings.Join(quoted, ", ")
}

// TestKeysOfDefinitionAreExplained looks for every key at the top of a definition, and for the standard prompt, in docs/adding-a-platform.md.
func TestKeysOfDefinitionAreExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/adding-a-platform.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "At the top of a definition stand:")
	table, _, _ = strings.Cut(table, "\n### ")
	for i := range reflect.TypeFor[definition]().NumField() {
		key, _, _ := strings.Cut(reflect.TypeFor[definition]().Field(i).Tag.Get("yaml"), ",")
		if !regexp.MustCompile("(?m)^\\|[^|]*`" + key + "`[^|]*\\|").MatchString(table) {
			t.Errorf("the table has no key %s", key)
		}
	}
	if !strings.Contains(string(text), "`"+standardPromptText+"`") {
		t.Errorf("the standard prompt is not there: %s", standardPromptText)
	}
}

// TestAddingAPlatformDoc runs the example that docs/adding-a-platform.md shows.
func TestAddingAPlatformDoc(t *testing.T) {
	text, err := os.ReadFile("../docs/adding-a-platform.md")
	if err != nil {
		t.Fatal(err)
	}
	definition := fenced(t, string(text), "id: acme_os\n")
	sample := fenced(t, string(text), "prompt: ")
	p, err := Load("acme_os.yml", []byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	s, err := LoadSample("testdata/acme_os/ac-4.txtar", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if !p.Session.Prompt[0].MatchString(strings.TrimSpace(s.Talk.Prompt)) {
		t.Errorf("prompt %q does not match", s.Talk.Prompt)
	}
	reading, err := p.Parse(s.Answers)
	if err != nil {
		t.Error(err)
	}
	seconds := int64(273600)
	want := Report{Platform: "acme_os", Version: "7.2.1", UptimeSeconds: &seconds, Model: "AC-4", Serial: "AC0000A1", Hostname: "lab-acme-1"}
	if diff := cmp.Diff(want, reading.Facts.Report(p.ID)); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// fenced returns the code block that begins with a text.
func fenced(t *testing.T, doc, begin string) string {
	t.Helper()
	_, after, ok := strings.Cut(doc, "\n"+begin)
	block, _, closed := strings.Cut(after, "\n```")
	if !ok || !closed {
		t.Fatalf("no code block begins with %q", begin)
	}
	return begin + block + "\n"
}
