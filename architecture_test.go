package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const mostSteps = 9 // from a line of config.yml to a line of /metrics

// TestPathIsAsDocumented looks up each function that docs/architecture.md names as a step of the path.
func TestPathIsAsDocumented(t *testing.T) {
	b, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## From config.yml to a gauge\n")
	section, _, _ = strings.Cut(section, "\n## ")
	steps := regexp.MustCompile("(?m)^\\| (\\d+) \\| `([\\w.]+)` \\| \\[([\\w/.]+)\\]").FindAllStringSubmatch(section, -1)
	if len(steps) == 0 || len(steps) > mostSteps {
		t.Fatalf("%d steps, want 1 to %d", len(steps), mostSteps)
	}
	for _, step := range steps {
		name, file := step[2], step[3]
		if !functions(t, file)[name] {
			t.Errorf("step %s: %s has no function %s", step[1], file, name)
		}
	}
}

// functions returns the functions of a file, as package.Function or package.Type.Method.
func functions(t *testing.T, file string) map[string]bool {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(file), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, declaration := range tree.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := f.Name.Name
		if f.Recv != nil {
			receiver := f.Recv.List[0].Type
			if pointer, ok := receiver.(*ast.StarExpr); ok {
				receiver = pointer.X
			}
			if ident, ok := receiver.(*ast.Ident); ok {
				name = ident.Name + "." + name
			}
		}
		found[tree.Name.Name+"."+name] = true
	}
	return found
}
