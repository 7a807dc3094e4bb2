package parser

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/netver/netver_exporter/strictyaml"
)

//go:embed testdata/*/*.txtar
var samples embed.FS

// goldenSection is the part of a sample's file that holds the facts that its answers give, as JSON.
const goldenSection = "facts.json"

// Sample is one recorded device of a platform: testdata/<platform>/<case>.txtar. The same file is the parser's golden
// test, a fuzz seed and a device of the lab.
type Sample struct {
	Platform string
	Name     string   // the file's, without .txtar
	Talk     Talk     // the YAML before the first section: how the device behaves in a session
	Answers  []Output // a section each: what the device prints
}

// Talk is how a sample's device behaves in a session. Every field has a default that follows from the platform.
type Talk struct {
	Server  string       `yaml:"server"`  // SSH version line
	Banner  string       `yaml:"banner"`  // printed after login, before the first prompt
	Prompt  string       `yaml:"prompt"`  // the exact prompt at work, "lab-sw-17#"
	User    string       `yaml:"user"`    // the prompt before enable, "lab-sw-17>"; "": no such mode
	Context string       `yaml:"context"` // the line above the prompt, "{master:0}"
	Pager   string       `yaml:"pager"`   // pager text, as sent when a page is full
	Erase   string       `yaml:"erase"`   // what the device sends to wipe the pager text once it is answered
	Newline string       `yaml:"newline"` // line end the device sends, "\r\n" by default
	Gates   []SampleGate `yaml:"gates"`   // questions asked before the first prompt
	Refusal string       `yaml:"refusal"` // the answer to an unknown command
}

// SampleGate is a question that a sample's device asks, and the line (or key) it wants.
type SampleGate struct {
	Ask  string `yaml:"ask"`
	Want string `yaml:"want"`
}

// Samples returns the samples that come with the program, sorted by platform and name. An error is a fault of the program.
func Samples() ([]Sample, error) {
	files, err := fs.Glob(samples, "testdata/*/*.txtar")
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", err)
	}
	all := make([]Sample, 0, len(files))
	for _, file := range files {
		text, err := samples.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read sample: %w", err)
		}
		s, err := LoadSample(file, text)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// ExampleVersion is a version of the platform as one of its samples tells it, in a form that its order knows; "": there is none.
func (p *Platform) ExampleVersion() string { return p.example() }

func (p *Platform) findExample() string {
	files, _ := fs.Glob(samples, "testdata/"+p.ID+"/*.txtar") // the pattern is right: an id has none of its characters
	for _, file := range slices.Backward(files) {             // the last ones are mostly of newer versions
		text, err := samples.ReadFile(file)
		if err != nil {
			continue
		}
		s, err := LoadSample(file, text)
		if err != nil {
			continue
		}
		reading, _ := p.Parse(s.Answers) // holds what was found whatever the error
		if version := reading.Facts.Version; version != "" && p.Order.Check(version) == nil {
			return version
		}
	}
	return ""
}

// LoadSample reads a sample from the text of a .txtar file. The path gives its name, its folder the platform.
func LoadSample(file string, text []byte) (Sample, error) {
	archive := txtar.Parse(text)
	s := Sample{Platform: path.Base(path.Dir(file)), Name: strings.TrimSuffix(path.Base(file), ".txtar")}
	if len(archive.Files) == 0 {
		return Sample{}, fmt.Errorf("%s: no answer is marked; put a line such as \"-- show version --\" ahead of each", file)
	}
	if len(bytes.TrimSpace(archive.Comment)) > 0 {
		document, err := strictyaml.Parse(file, archive.Comment, "a key")
		if err != nil {
			return Sample{}, err
		}
		document.Decode(&s.Talk)
		if err := document.Err(); err != nil {
			return Sample{}, err
		}
	}
	for _, section := range archive.Files {
		if slices.ContainsFunc(s.Answers, func(o Output) bool { return o.Command == section.Name }) {
			return Sample{}, fmt.Errorf("%s: %q is there twice; keep one answer", file, section.Name)
		}
		if section.Name != goldenSection {
			s.Answers = append(s.Answers, Output{Command: section.Name, Text: string(section.Data)})
		}
	}
	if len(s.Answers) == 0 {
		return Sample{}, fmt.Errorf("%s: it has no answer but %s", file, goldenSection)
	}
	return s, nil
}
