package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/netver/netver_exporter"

// doors is a row of the table of docs/architecture.md: what a package may import.
type doors struct{ ours, theirs []string }

// TestImports holds the code to the table of docs/architecture.md, and the table to the code.
func TestImports(t *testing.T) {
	allowed := dependencyTable(t)
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		imports := strings.Fields(line)
		name := strings.TrimPrefix(imports[0], module+"/")
		if name == module {
			name = "main"
		}
		row, known := allowed[name]
		delete(allowed, name)
		used := map[string]bool{}
		for _, path := range imports[1:] {
			ours, isOurs := strings.CutPrefix(path, module+"/")
			if standard := !strings.Contains(strings.Split(path, "/")[0], "."); standard {
				continue
			}
			through := slices.Index(row.ours, ours)
			if !isOurs {
				through = slices.IndexFunc(row.theirs, func(door string) bool { return strings.Contains("/"+path+"/", "/"+door+"/") })
			}
			switch {
			case !known:
				t.Errorf("package %s imports %s and is not in the table", name, path)
			case through < 0:
				t.Errorf("package %s may not import %s", name, path)
			case isOurs:
				used[ours] = true
			default:
				used[row.theirs[through]] = true
			}
		}
		for _, entry := range slices.Concat(row.ours, row.theirs) {
			if !used[entry] {
				t.Errorf("package %s may import %s and does not: take it out of its row", name, entry)
			}
		}
	}
	for name := range allowed {
		t.Errorf("the table has a package %s that does not exist", name)
	}
}

// dependencyTable reads the table below the heading "The dependency rule".
func dependencyTable(t *testing.T) map[string]doors {
	t.Helper()
	b, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## The dependency rule\n")
	section, _, _ = strings.Cut(section, "\n## ")
	table := map[string]doors{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || strings.Contains(line, "---") || strings.Contains(line, "imports of ours") {
			continue
		}
		table[strings.TrimSpace(cells[1])] = doors{ours: entries(cells[2]), theirs: entries(cells[3])}
	}
	if len(table) == 0 {
		t.Fatal("docs/architecture.md has no table below the heading The dependency rule")
	}
	return table
}

func entries(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ' ' || r == '–' })
}
