package app

import (
	"os"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/strictyaml"
)

// Whatever is in the file, loading ends with a configuration or with problems of one line each.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*.good.yml", "testdata/*.bad.yml"} {
		for _, path := range glob(f, pattern) {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	known, err := parser.BuiltIns()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parse(text, known, func(string) (string, bool) { return "", false })
		if (p == nil) == (err == nil) {
			t.Fatalf("got plan %v and error %v, want one of them", p, err)
		}
		if err == nil {
			return
		}
		list := err.(strictyaml.Problems)
		if len(list) == 0 {
			t.Error("an error without a problem")
		}
		for _, p := range list {
			if line := p.String(); strings.ContainsAny(line, "\n\r") || p.Text == "" || p.Line < 0 {
				t.Errorf("bad problem %q", line)
			}
		}
	})
}

// parse is Load without platform files, whose own package fuzzes them; to compile the built-in ones for each run would
// leave time for little else.
func parse(text []byte, known *parser.Registry, env func(string) (string, bool)) (*Plan, error) {
	c, err := config.Parse("config.yml", text, env)
	if err != nil {
		return nil, err
	}
	return build(c, known, Wiring{})
}
