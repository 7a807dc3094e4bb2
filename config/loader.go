package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"gopkg.in/yaml.v3"
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

// read decodes the file onto the defaults. ok is false if there is nothing to go on with.
func (l *loader) read() (f file, ok bool) {
	f = defaults()
	source, err := os.ReadFile(l.path)
	if err != nil {
		l.problems = Problems{{File: l.path, Text: fileError(err)}}
		return f, false
	}
	if l.document, err = parse(source); err != nil {
		l.problems = Problems{l.syntax(err, source)}
		return f, false
	}
	l.faulty = map[string]bool{}
	newDecoder(source, func(at *path, line int, text string) {
		l.problems = append(l.problems, Problem{l.path, line, at.String(), text})
		l.faulty[at.String()] = true
		if at != nil && at.key != "" {
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

// parse reads the one document of a YAML file.
func parse(source []byte) (*yaml.Node, error) {
	var document, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(source))
	if err := d.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(document.Content) == 0 || document.Content[0].ShortTag() == "!!null" {
		return nil, errEmpty
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errSecond
	}
	return document.Content[0], nil
}

var (
	errEmpty      = errors.New("the file is empty; it needs at least groups with devices, and credentials")
	errSecond     = errors.New("want a single YAML document; remove what follows the second ---")
	yamlPlace     = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = regexp.MustCompile(`^yaml: unknown anchor '(.*)' referenced$`)
)

// syntax puts yaml's words into ours. An unknown anchor is not named: it may be a password that begins with *.
func (l *loader) syntax(err error, source []byte) Problem {
	p := Problem{File: l.path}
	if errors.Is(err, errEmpty) || errors.Is(err, errSecond) {
		p.Text = err.Error()
		return p
	}
	if m := unknownAnchor.FindStringSubmatch(err.Error()); m != nil {
		before, _, _ := bytes.Cut(source, []byte("*"+m[1]))
		p.Line = 1 + bytes.Count(before, []byte("\n"))
		p.Text = "not YAML: * begins an alias, and there is no anchor for it; quote the text if it is a value"
		return p
	}
	m := yamlPlace.FindStringSubmatch(err.Error())
	p.Line, _ = strconv.Atoi(m[1])
	p.Text = "not YAML: " + strings.TrimPrefix(err.Error(), m[0])
	return p
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
