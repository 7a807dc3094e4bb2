package parser

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden parts of testdata and docs")

// TestSamples reads each sample with its platform and compares with the facts at its end.
func TestSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/"), ".txtar"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := LoadSample(filepath.ToSlash(file), text)
			if err != nil {
				t.Fatal(err)
			}
			p, err := LoadFile("platforms/" + s.Platform + ".yml")
			if err != nil {
				t.Fatal(err)
			}
			reading, err := p.Parse(s.Answers)
			if err != nil {
				t.Errorf("Parse: %v", err)
			}
			got, err := json.MarshalIndent(reading.Facts.Report(p.ID), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			checkGolden(t, file, text, got)
			requireAnswers(t, p, s)
		})
	}
}

func checkGolden(t *testing.T, file string, text, got []byte) {
	t.Helper()
	archive := txtar.Parse(text)
	var want []byte
	if n := len(archive.Files); n > 0 && archive.Files[n-1].Name == goldenSection {
		want = archive.Files[n-1].Data
		archive.Files[n-1].Data = got
	} else {
		archive.Files = append(archive.Files, txtar.File{Name: goldenSection, Data: got})
	}
	if *update {
		if out := txtar.Format(archive); !bytes.Equal(out, text) {
			if err := os.WriteFile(file, out, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}

// requireAnswers sees to it that a sample can stand for a device: it answers what a poll types. A sample may lack
// optional commands, as devices do.
func requireAnswers(t *testing.T, p *Platform, s Sample) {
	t.Helper()
	answered := map[string]bool{}
	for _, a := range s.Answers {
		c := p.Command(a.Command)
		if c == nil {
			t.Errorf("section %q is no command of %s", a.Command, p.ID)
			continue
		}
		answered[c.Run] = true
	}
	for _, c := range p.Commands {
		if c.Poll && !c.Optional && !answered[c.Run] {
			t.Errorf("no section %q", c.Run)
		}
	}
}

// TestEveryPlatformHasASample keeps a definition without proof from being shipped.
func TestEveryPlatformHasASample(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, s := range samples {
		has[s.Platform] = true
	}
	for _, p := range builtIns(t).All() {
		if !has[p.ID] {
			t.Errorf("%s has no sample in testdata/%s", p.ID, p.ID)
		}
	}
}

func builtIns(t testing.TB) *Registry {
	t.Helper()
	r, err := BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	return r
}
