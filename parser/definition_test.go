package parser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const tinyDefinition = `id: acme_os
vendor: Acme
title: AcmeOS
session: {mode: exec, prompt: '> ?$'}
commands:
  - {run: show version, facts: {version: '^AcmeOS (\S+)'}}
`

// TestBadDefinitions loads testdata/definitions/*.yml. The comments at a file's top are the message it must give.
func TestBadDefinitions(t *testing.T) {
	files, err := filepath.Glob("testdata/definitions/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.Lines(string(text)) {
				comment, ok := strings.CutPrefix(line, "# ")
				if !ok {
					break
				}
				want = append(want, strings.TrimSpace(comment))
			}
			_, err = Load(file, text)
			if err == nil {
				t.Fatal("it loads")
			}
			if diff := cmp.Diff(want, strings.Split(strings.ReplaceAll(err.Error(), "testdata/definitions/"+filepath.Base(file), filepath.Base(file)), "\n")); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadWithoutContent(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "x.yml: the file is empty; it needs at least id, vendor, title, session and commands"},
		{"# nothing\n", "x.yml: the file is empty; it needs at least id, vendor, title, session and commands"},
		{"[]", "x.yml:1: want keys with a value each; known here: id, vendor, title, aliases, session, commands, recorded, sections, not_told, needs, order, detect, allow"},
		{tinyDefinition + "---\nid: two\n", "x.yml:7: want a single YAML document; remove what follows the second ---"},
		{"id: a\n\tb: c\n", "x.yml:2: not YAML: found a tab character that violates indentation"},
		{"id: [", "x.yml:1: not YAML: did not find expected node content"},
	} {
		if _, err := Load("x.yml", []byte(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("Load(%q): %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestLoadDefaults(t *testing.T) {
	p, err := Load("acme.yml", []byte(tinyDefinition))
	if err != nil {
		t.Fatal(err)
	}
	if p.Session.Enter != "\n" || !p.Commands[0].Poll || p.Commands[0].Optional || p.Detect.Command != "show version" {
		t.Errorf("defaults: %+v", p)
	}
	if p.Origin != "acme.yml" || string(p.Definition()) != tinyDefinition {
		t.Errorf("origin %q, definition %q", p.Origin, p.Definition())
	}
}

// A definition is read as config.yml is: every spelling of a boolean, merged keys, and texts as written.
func TestLoadYAML(t *testing.T) {
	p, err := Load("acme.yml", []byte(`id: acme_os
vendor: 064
title: yes
aliases: 1e3
session: {mode: exec, prompt: '> ?$', exit: 2024-01-05, gates: &g {ask: 'Sure\?$', answer: 'y', raw: True}, pager: {<<: *g, answer: ''}}
commands:
  - {run: show version, poll: TRUE, optional: False, facts: {version: '^AcmeOS (\S+)'}}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{p.Vendor, p.Title, p.Aliases[0], p.Session.Exit, p.Session.Gates[0].Raw, p.Session.Pager[0].Raw, p.Session.Pager[0].Answer,
		p.Commands[0].Poll, p.Commands[0].Optional}
	if diff := cmp.Diff([]any{"064", "yes", "1e3", "2024-01-05", true, true, "", true, false}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, text := range []string{"id: !!binary YWNtZQ==", "id: {<<: word}", "<<: word", "<<: [word]"} {
		if _, err := Load("acme.yml", []byte(text)); err == nil {
			t.Errorf("%s loads", text)
		}
	}
}

func TestLoadFile(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yml")
	if err := os.WriteFile(big, make([]byte, maxDefinition+1), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, big, filepath.Join(dir, "absent.yml")} {
		if _, err := LoadFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("LoadFile(%s): %v, want an error that names it", path, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/definitions/*.yml", "platforms/*.yml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Load("fuzz.yml", text)
		if (p == nil) == (err == nil) {
			t.Fatalf("Load = %v, %v", p, err)
		}
		if p == nil {
			return
		}
		if p.ID == "" || len(p.Commands) == 0 || len(p.Session.Prompt) == 0 {
			t.Errorf("incomplete: %+v", p)
		}
		_, _ = p.Parse([]Output{{Command: p.Commands[0].Run, Text: "Version 1.2.3\nuptime is 3 days\n"}})
	})
}
