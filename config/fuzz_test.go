package config

import (
	"os"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/parser"
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
		l := &loader{path: "config.yml", env: func(string) (string, bool) { return "", false }}
		c, err := load(l, text, known)
		if (c == nil) == (err == nil) {
			t.Fatalf("got configuration %v and error %v, want one of them", c, err)
		}
		if err == nil {
			return
		}
		list := err.(Problems)
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

// load is loader.load without platform files, whose own package fuzzes them; to compile the built-in ones for each
// run would leave time for little else.
func load(l *loader, text []byte, known *parser.Registry) (*Config, error) {
	written, ok := l.decode(text)
	if !ok {
		return nil, l.problems
	}
	return l.complete(written, known)
}
