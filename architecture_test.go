package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const mostSteps = 9 // from a line of config.yml to a line of /metrics

// TestPathIsAsDocumented looks up each function that docs/architecture.md names as a step of the path, and the call of it
// in the function that the document says calls it.
func TestPathIsAsDocumented(t *testing.T) {
	b, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(b), "\n## From config.yml to a gauge\n")
	section, _, _ = strings.Cut(section, "\n## ")
	steps := regexp.MustCompile("(?m)^\\| (\\d+) \\| `([\\w.]+)` \\| \\[([\\w/.]+)\\]\\([^)]*\\) \\| `(\\w+)\\.([\\w.]+)` \\|").FindAllStringSubmatch(section, -1)
	if rows := strings.Count(section, "\n| ") - 1; len(steps) != rows || rows == 0 || rows > mostSteps {
		t.Fatalf("%d steps in %d rows, want 1 to %d, each with its function, its file and its caller", len(steps), rows, mostSteps)
	}
	for _, step := range steps {
		number, name, file, pkg, caller := step[1], step[2], step[3], step[4], step[4]+"."+step[5]
		if functions(t, file)[name] == nil {
			t.Errorf("step %s: %s has no function %s", number, file, name)
		}
		body := functionsOf(t, pkg)[caller]
		if body == nil {
			t.Errorf("step %s: package %s has no function %s", number, pkg, caller)
		} else if !calls(body, pkg, name) {
			t.Errorf("step %s: %s does not call %s", number, caller, name)
		}
	}
}

// calls reports whether a function of the package pkg calls another, package.Function or package.Type.Method. Of a
// method it compares the last name alone.
func calls(f *ast.FuncDecl, pkg, name string) bool {
	parts := strings.Split(name, ".")
	local, last := parts[0] == pkg, parts[len(parts)-1]
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch called := call.Fun.(type) {
		case *ast.Ident:
			found = found || local && len(parts) == 2 && called.Name == last
		case *ast.SelectorExpr:
			of, ok := called.X.(*ast.Ident)
			qualified := ok && of.Name == parts[0] && !local
			found = found || called.Sel.Name == last && (len(parts) == 3 || qualified)
		}
		return true
	})
	return found
}

// functionsOf returns the functions of a package but for its tests. A package has the name of its directory.
func functionsOf(t *testing.T, pkg string) map[string]*ast.FuncDecl {
	t.Helper()
	files, err := filepath.Glob(pkg + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*ast.FuncDecl{}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			maps.Copy(all, functions(t, file))
		}
	}
	return all
}

// functions returns the functions of a file by name: package.Function or package.Type.Method.
func functions(t *testing.T, file string) map[string]*ast.FuncDecl {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(file), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*ast.FuncDecl{}
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
		found[tree.Name.Name+"."+name] = f
	}
	return found
}
