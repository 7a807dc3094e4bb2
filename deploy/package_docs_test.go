package deploy

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// projectPage is where the files of the project are, at the tag or branch that the documents are made for.
const projectPage = "https://github.com/netver/netver_exporter/blob/v1.2.3/"

// TestLinksOfPackage follows the links of every document that the packages and the archives install: to another file of the package, or to a
// file of the project on its page.
func TestLinksOfPackage(t *testing.T) {
	stage := t.TempDir()
	t.Chdir("..")
	if out, err := exec.CommandContext(t.Context(), "scripts/package-docs.sh", stage, "v1.2.3").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	archived := map[string]string{"LICENSE": "LICENSE", "config.yml": "config.yml"}
	err := filepath.WalkDir(stage, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			archived[strings.TrimPrefix(name, stage+"/")] = name
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	checkLinks(t, "archive", archived)
	checkLinks(t, "package", packaged(t, stage))
}

// packaged are the files of the .deb and the .rpm: where they are installed, and what they are made of.
func packaged(t *testing.T, stage string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("deploy/package/nfpm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Contents []struct{ Src, Dst string }
	}
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	installed := map[string]string{}
	for _, c := range manifest.Contents {
		src := strings.ReplaceAll(c.Src, "${STAGE}", stage)
		if !strings.HasSuffix(c.Dst, "/") {
			installed[c.Dst] = src
			continue
		}
		files, err := filepath.Glob(src)
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no files: %v", c.Src, err)
		}
		for _, file := range files {
			installed[c.Dst+filepath.Base(file)] = file
		}
	}
	return installed
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	example = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

func checkLinks(t *testing.T, kind string, installed map[string]string) {
	t.Helper()
	documents, links := 0, 0
	for name, file := range installed {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		documents++
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range link.FindAllStringSubmatch(example.ReplaceAllString(string(text), ""), -1) {
			links++
			target, _, _ := strings.Cut(m[1], "#")
			if there, ok := strings.CutPrefix(target, projectPage); ok {
				if _, err := os.Stat(there); err != nil {
					t.Errorf("%s: %s: %s: the project has no such file", kind, name, m[1])
				}
				continue
			}
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if to := path.Join(path.Dir(name), target); installed[to] == "" {
				t.Errorf("%s: %s: %s leads to %s, which is not installed", kind, name, m[1], to)
			}
		}
	}
	if documents < 20 || links < 60 {
		t.Errorf("%s: only %d documents with %d links were found", kind, documents, links)
	}
}
