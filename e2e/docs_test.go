//go:build e2e

package e2e

import (
	"path/filepath"
	"regexp"
	"testing"
)

// documents are README and the docs, by their names.
func documents(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no docs: %v", err)
	}
	all := map[string]string{}
	for _, file := range append(files, "../README.md") {
		all[file] = readFile(t, file)
	}
	return all
}

// docsAnswer asks every query that stands within a sentence or a table of the docs.
func docsAnswer(t *testing.T, p prometheus) {
	query := regexp.MustCompile("`([^`\n]*(?:\\(netver_|netver_\\w+ unless)[^`\n]*)`")
	var queries []string
	for _, text := range documents(t) {
		for _, m := range query.FindAllStringSubmatch(text, -1) {
			queries = append(queries, m[1])
		}
	}
	if len(queries) < 8 {
		t.Fatalf("%d queries found in the docs: they are not read as they are written", len(queries))
	}
	p.answersAll(t, "the docs", queries)
}

// TestDocumentedFiles has Prometheus check every file of its own that the docs show.
func TestDocumentedFiles(t *testing.T) {
	kinds := map[string]string{"prometheus.yml": "config", "rules.yml": "rules"}
	block := regexp.MustCompile("(?s)```yaml\n# ([\\w.]+)\n(.*?)```")
	checked := 0
	for _, text := range documents(t) {
		for _, m := range block.FindAllStringSubmatch(text, -1) {
			if kind := kinds[m[1]]; kind != "" {
				run(t, "promtool", "check", kind, writeFile(t, filepath.Join(t.TempDir(), m[1]), "%s", m[2]))
				checked++
			}
		}
	}
	if checked < 3 {
		t.Errorf("%d files of Prometheus found in the docs, want 3 or more", checked)
	}
}
