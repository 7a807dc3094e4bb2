package inventory

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// FileSD lists the targets of files in the format of Prometheus's file_sd.
type FileSD struct {
	Pattern string // a file, or a pattern in the last part of the path
}

// Source is needed by nobody but the checks of the compiler.
var _ Source = FileSD{}

var filePattern = regexp.MustCompile(`^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$`)

// CheckFilePattern says why Prometheus would not take a pattern of files; nil: it would.
func CheckFilePattern(pattern string) error {
	if !filePattern.MatchString(pattern) {
		return fmt.Errorf("%q is no pattern of files; want names that end in .yml, .yaml or .json, with at most one *, in the last part of the path", pattern)
	}
	return nil
}

// Read is that of Source.
func (s FileSD) Read(context.Context) ([]Document, error) { return readFiles(s.Pattern) }

// Folders is that of a source whose files can be watched.
func (s FileSD) Folders() []string { return foldersOf(s.Pattern) }

// Parse is that of Source.
func (s FileSD) Parse(documents []Document) (targets []Target, problems []string, err error) {
	for _, d := range documents {
		read := yamlGroups
		if strings.EqualFold(filepath.Ext(d.Name), ".json") {
			read = jsonGroups
		}
		groups, err := read(d)
		if err != nil {
			return nil, nil, err
		}
		list, faults := flatten(groups, labelFilepath, d.Name)
		targets, problems = append(targets, list...), append(problems, faults...)
	}
	return targets, problems, nil
}

// yamlGroups reads target groups that are written as YAML.
func yamlGroups(d Document) ([]targetGroup, error) {
	document, err := strictyaml.Parse(d.Name, d.Text, "an empty list, []")
	if err != nil {
		return nil, err
	}
	var written []struct {
		Targets []string          `yaml:"targets"`
		Labels  map[string]string `yaml:"labels"`
	}
	document.Decode(&written)
	if err := document.Err(); err != nil {
		return nil, err
	}
	groups := make([]targetGroup, len(written))
	var top *strictyaml.Path
	for i, w := range written {
		at := top.Item(i)
		groups[i].labels = w.Labels
		for j, name := range w.Targets {
			place := fmt.Sprintf("%s:%d", d.Name, document.Line(at.Child("targets").Item(j)))
			groups[i].targets = append(groups[i].targets, target{place, name})
		}
	}
	return groups, nil
}
