package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/strictyaml"
)

// Platforms returns the platforms that the configuration at path can name, for commands that need nothing else of it: its
// secrets are not read. What is wrong with it is in problems, and what is right still counts; that there is no such file is a
// problem only where it must exist. The error is a fault of the program.
func Platforms(path string, mustExist bool) (known *parser.Registry, problems, err error) {
	if !mustExist && errors.Is(file.Check(path), fs.ErrNotExist) {
		known, err = parser.BuiltIns()
		return known, nil, err
	}
	c, problems := config.LoadPlatformFiles(path, os.LookupEnv)
	if problems != nil {
		known, err = parser.BuiltIns()
		return known, problems, err
	}
	known, err = platforms(c)
	return known, c.Document.Err(), err
}

// Platform returns the platform with this id or alias, or an error that suggests one.
func Platform(known *parser.Registry, name string) (*parser.Platform, error) {
	p, err := known.Find(name)
	if err == nil || errors.Is(err, parser.ErrTransport) {
		return p, err
	}
	return nil, fmt.Errorf("%w%s; `netver_exporter platforms` lists them", err, strictyaml.Suggest(name, known.Names()))
}

// platforms adds the operator's own definitions to the built-in ones. Problems are in the document; an error is a fault
// of the program.
func platforms(c *config.Config) (*parser.Registry, error) {
	known, err := parser.BuiltIns()
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{} // patterns may overlap
	for i, pattern := range c.PlatformFiles {
		at := strictyaml.At("platform_files").Item(i)
		for _, name := range config.Expand(c.Document, pattern, at) {
			if !seen[name] {
				seen[name] = true
				addPlatform(c.Document, known, name, at)
			}
		}
	}
	return known, nil
}

func addPlatform(document *strictyaml.Document, known *parser.Registry, name string, at *strictyaml.Path) {
	if errors.Is(file.Check(name), file.ErrDirectory) {
		document.Fault(at, "%s is a directory, want files: %s", name, filepath.Join(name, "*.yml"))
		return
	}
	var replaced *parser.Platform
	p, err := parser.LoadFile(name)
	if err == nil {
		lint(document, p)
		for _, warning := range p.Warnings {
			document.Warn(at, "%s", warning)
		}
		replaced, err = known.Add(p)
	}
	if problems, ok := errors.AsType[strictyaml.Problems](err); ok {
		document.Add(problems...)
	}
	if replaced != nil {
		document.Warn(at, "%s replaces the platform %s (%s)", name, p.ID, replaced.Origin)
	}
}

// fileProblem takes a message of the form "name:line: text" apart, so that it is sorted among the others.
func fileProblem(name, message string) strictyaml.Problem {
	message = strings.TrimSuffix(message, "\n")
	p := strictyaml.Problem{File: name, Text: strings.TrimPrefix(message, name+": ")}
	if rest, ok := strings.CutPrefix(message, name+":"); ok {
		if line, text, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(line); err == nil {
				p.Line, p.Text = n, text
			}
		}
	}
	return p
}

// ConfigSchema is the JSON Schema of the configuration.
func ConfigSchema() map[string]any { return config.Schema() }
