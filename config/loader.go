package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"

	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/parser"
)

// loader collects what is wrong with a file while its sections are made sense of.
type loader struct {
	path     string
	env      func(name string) (string, bool)
	document *yaml.Node
	problems Problems
	warnings Problems
	faulty   map[string]bool // places with a problem of form, and those around them
}

// load makes sense of every section, so that all problems come to light at once.
func (l *loader) load(source []byte) (*Config, error) {
	written, ok := l.decode(source)
	if !ok {
		return nil, l.problems
	}
	return l.complete(written, l.platforms(written.PlatformFiles))
}

func (l *loader) complete(written file, known *parser.Registry) (*Config, error) {
	c := &Config{
		Settings:    l.settings(&written.Poll),
		Platforms:   known,
		Credentials: l.credentials(written.Credentials),
		Groups:      l.groups(written, known),
		Keep:        l.keep(&written),
	}
	c.Client = l.client(l.ssh(&written))
	l.fit(c)
	if len(l.problems) > 0 {
		l.problems.sort()
		return nil, l.problems
	}
	l.warnings.sort()
	c.Warnings = l.warnings.lines()
	return c, nil
}

// decode lays the file over the defaults. ok is false if there is nothing to go on with.
func (l *loader) decode(source []byte) (f file, ok bool) {
	f = defaults()
	document, problem := parse(source)
	if problem != nil {
		problem.File = l.path
		l.problems = Problems{*problem}
		return f, false
	}
	l.document = document
	l.faulty = map[string]bool{}
	newDecoder(source, func(at *path, line int, text string) {
		l.problems = append(l.problems, Problem{l.path, line, at.String(), text})
		l.faulty[at.String()] = true
		if at != nil && at.index == notItem {
			l.faulty[at.parent.String()+"."] = true
		}
	}).decode(l.document, reflect.ValueOf(&f).Elem(), nil)
	return f, true
}

// fault notes a problem of meaning, unless one of form in the same place explains it: a key that is mistyped is not
// also reported as missing.
func (l *loader) fault(at *path, format string, args ...any) {
	if l.faulty[at.String()+"."] {
		return
	}
	for p := at; ; p = p.parent {
		if l.faulty[p.String()] {
			return
		}
		if p == nil {
			break
		}
	}
	l.problems = append(l.problems, l.problem(at, format, args...))
}

func (l *loader) warn(at *path, format string, args ...any) {
	l.warnings = append(l.warnings, l.problem(at, format, args...))
}

func (l *loader) problem(at *path, format string, args ...any) Problem {
	_, line := at.find(l.document)
	return Problem{l.path, line, at.String(), fmt.Sprintf(format, args...)}
}

func (l *loader) given(at *path) bool {
	value, _ := at.find(l.document)
	return value != nil
}

// nearest is the place itself if the file has it, else the one around it: a device in its short form has no key
// "address" to point at.
func (l *loader) nearest(at *path) *path {
	if l.given(at) {
		return at
	}
	return at.parent
}

// locate completes a path that stands in the file: ~ is the home directory, and a relative one starts at the file.
func (l *loader) locate(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, ok := l.env("HOME"); ok {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(l.path), path)
}

// fileError says why a file cannot be read, without its name.
func fileError(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, syscall.EISDIR):
		return "is a directory, want a file"
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}
