package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
)

// platforms adds the operator's own definitions to the built-in ones.
func (l *loader) platforms(patterns []string) *parser.Registry {
	known, err := parser.BuiltIns()
	if err != nil {
		l.problems = append(l.problems, Problem{File: parser.BuiltIn, Text: err.Error()})
		return new(parser.Registry)
	}
	at := (*path)(nil).child("platform_files")
	seen := map[string]bool{} // patterns may overlap
	for i, pattern := range patterns {
		for _, name := range l.expand(pattern, at.item(i)) {
			if !seen[name] {
				seen[name] = true
				l.platformFile(known, name, at.item(i))
			}
		}
	}
	return known
}

// Platforms returns the platforms that the file at path can name, for commands that need nothing else of it: its
// secrets are not read, and a file that does not exist adds none.
func Platforms(path string, env func(name string) (string, bool)) (*parser.Registry, error) {
	l := &loader{path: path, env: env}
	written := defaults()
	source, err := os.ReadFile(path)
	if err == nil {
		written, _ = l.decode(source)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, Problems{{File: path, Text: fileError(err)}}
	}
	known := l.platforms(written.PlatformFiles)
	if len(l.problems) > 0 {
		l.problems.sort()
		return nil, l.problems
	}
	return known, nil
}

// expand lists the files that a pattern means.
func (l *loader) expand(pattern string, at *path) []string {
	located := l.locate(pattern)
	names, err := filepath.Glob(located)
	switch {
	case err != nil:
		l.fault(at, "bad pattern; [ begins a set of characters and needs its ]")
	case len(names) > 0:
	case strings.ContainsAny(pattern, "*?["):
		l.warn(at, "no file matches %s", located)
	default:
		l.fault(at, "cannot read %s: no such file", located)
	}
	return names
}

func (l *loader) platformFile(known *parser.Registry, name string, at *path) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		l.fault(at, "%s is a directory, want files: %s", name, filepath.Join(name, "*.yml"))
		return
	}
	p, err := parser.LoadFile(name)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			l.problems = append(l.problems, fileProblem(name, line))
		}
		return
	}
	replaced, err := known.Add(p)
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			l.problems = append(l.problems, fileProblem(name, line))
		}
	}
	if replaced != nil {
		l.warn(at, "%s replaces the platform %s (%s)", name, p.ID, replaced.Origin)
	}
}

// fileProblem takes a message of the form "name:line: text" apart, so that it is sorted among the others.
func fileProblem(name, message string) Problem {
	message = strings.TrimSuffix(message, "\n")
	p := Problem{File: name, Text: strings.TrimPrefix(message, name+": ")}
	if rest, ok := strings.CutPrefix(message, name+":"); ok {
		if line, text, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(line); err == nil {
				p.Line, p.Text = n, text
			}
		}
	}
	return p
}

// platform resolves an id or alias to the id.
func (f *fleet) platform(name string, at *path) string {
	if name == "" || name == inventory.Auto {
		return name
	}
	p, ok := f.platforms.Get(name)
	if !ok {
		f.fault(at, "unknown platform %q%s; netver_exporter platforms lists all", name, suggest(name, platformNames(f.platforms)))
		return ""
	}
	return p.ID
}

func platformNames(r *parser.Registry) []string {
	var names []string
	for _, p := range r.All() {
		names = append(append(names, p.ID), p.Aliases...)
	}
	return names
}
