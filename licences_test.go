package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/licensecheck"
)

var update = flag.Bool("update", false, "write docs/licences.md anew")

const licencesDoc = "docs/licences.md"

// allowed are licences that ask for no more than a notice with the program.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// licenceFile is what such files are called.
var licenceFile = regexp.MustCompile(`(?i)^(?:licen[cs]e|copying)(?:[.-].*)?$`)

// TestLicences keeps docs/licences.md in step with the modules that the program is made of, and refuses a licence that nobody has
// thought about.
func TestLicences(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Licences\n\nGenerated from the modules that the program is made of, by the licence files that they come with; the licence of the program itself is in\n" +
		"[LICENSE](../LICENSE). The SBOM of a release has the versions, too.\n\n| module | licence |\n|---|---|\n")
	for _, m := range dependencies(t) {
		licences := licencesIn(t, m.Dir)
		for _, l := range licences {
			if !slices.Contains(allowed, l) {
				t.Errorf("%s: licence %s: is it one that the program may have in it? Then add it to allowed", m.Path, l)
			}
		}
		if licences == nil {
			t.Errorf("%s: no licence found in %s", m.Path, m.Dir)
		}
		fmt.Fprintf(&b, "| %s | %s |\n", m.Path, strings.Join(licences, ", "))
	}
	if *update {
		if err := os.WriteFile(licencesDoc, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(licencesDoc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is out of step: go test . -run TestLicences -update (-want +got):\n%s", licencesDoc, diff)
	}
}

type dependency struct {
	Path, Dir string
	Main      bool
}

// dependencies are the modules that packages of the program come from, on Linux, which has the most of them, and Go's own library.
func dependencies(t *testing.T) []dependency {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []dependency
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *dependency }
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module != nil && !p.Module.Main && !slices.Contains(all, *p.Module) {
			all = append(all, *p.Module)
		}
	}
	slices.SortFunc(all, func(a, b dependency) int { return strings.Compare(a.Path, b.Path) })
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return append(all, dependency{Path: "Go's standard library", Dir: strings.TrimSpace(string(root))})
}

// licencesIn names the licences whose texts the folder holds.
func licencesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.IsDir() || !licenceFile.MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range licensecheck.Scan(text).Match {
			if !match.IsURL && !slices.Contains(names, match.ID) {
				names = append(names, match.ID)
			}
		}
	}
	slices.Sort(names)
	return names
}
