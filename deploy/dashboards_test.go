package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type dashboard struct {
	UID         string
	Title       string
	Description string
	Editable    bool
	Refresh     string
	Links       []struct{ URL string }
	Annotations struct{ List []target }
	Templating  struct{ List []variable }
	Panels      []panel
}

type variable struct {
	Name, Label, Type, Definition, AllValue string
	Refresh                                 int
	Multi, IncludeAll                       bool
	Datasource                              struct{ UID string }
}

type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	Datasource  struct{ UID string }
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults struct {
			Unit  string
			Links []struct{ URL string }
		}
	}
	Targets []target
}

type target struct {
	Name       string
	Expr       string
	Datasource struct{ UID string }
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	files, err := filepath.Glob("grafana/*.json")
	if err != nil || len(files) != 4 {
		t.Fatalf("%d dashboards, want 4: %v", len(files), err)
	}
	all := map[string]dashboard{}
	for _, file := range files {
		var d dashboard
		read(t, file, json.Unmarshal, &d)
		all[file] = d
	}
	return all
}

// TestDashboards holds what can be told without a Grafana: the rules of Grafana's own linter that make sense here.
func TestDashboards(t *testing.T) {
	uids := map[string]string{}
	for _, d := range dashboards(t) {
		uids["/d/"+d.UID] = d.Title
	}
	if len(uids) != 4 {
		t.Errorf("the dashboards have %d uids, want 4", len(uids))
	}
	for file, d := range dashboards(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if d.Title == "" || d.Description == "" || d.Refresh == "" || d.Editable {
				t.Errorf("want a title, a description and a refresh, and not editable: %q, %q, %q, %v", d.Title, d.Description, d.Refresh, d.Editable)
			}
			checkVariables(t, d)
			checkPanels(t, d)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			declared := []string{"__rate_interval", "__range", "__value", "__field", "__url_time_range", "__all"}
			for _, v := range d.Templating.List {
				declared = append(declared, v.Name)
			}
			for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(string(text), -1) {
				if !slices.Contains(declared, m[1]) {
					t.Errorf("%s is no variable of the dashboard", m[0])
				}
			}
			for _, m := range regexp.MustCompile(`/d/[\w-]+`).FindAllString(string(text), -1) {
				if uids[m] == "" {
					t.Errorf("a link leads to %s, which is no dashboard of ours", m)
				}
			}
		})
	}
}

// checkVariables wants a data source and a job, and lists that follow the time and the variables before them.
func checkVariables(t *testing.T, d dashboard) {
	t.Helper()
	var names []string
	for _, v := range d.Templating.List {
		if v.Label == "" {
			t.Errorf("variable %s has no label", v.Name)
		}
		if v.Type == "query" {
			if v.Refresh != 2 || v.Datasource.UID != "${datasource}" {
				t.Errorf("variable %s does not follow the time, or asks another data source", v.Name)
			}
			if v.Multi != v.IncludeAll || v.Multi && v.AllValue == "" {
				t.Errorf("variable %s: where several may be chosen, all may be, by a value of its own", v.Name)
			}
			if v.Name != "job" && !strings.Contains(v.Definition, `job=~"$job"`) {
				t.Errorf("variable %s is not chained to the job: %s", v.Name, v.Definition)
			}
		}
		names = append(names, v.Name)
	}
	if len(names) < 3 || names[0] != "datasource" || names[1] != "job" {
		t.Errorf("variables %q, want the data source and the job first", names)
	}
}

func checkPanels(t *testing.T, d dashboard) {
	t.Helper()
	ids, cells := map[int]string{}, map[string]string{}
	for _, p := range d.Panels {
		if other, taken := ids[p.ID]; taken {
			t.Errorf("%q and %q share the id %d", other, p.Title, p.ID)
		}
		ids[p.ID] = p.Title
		at := p.GridPos
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				cell := fmt.Sprint(x, ",", y)
				if other, taken := cells[cell]; taken || x >= 24 {
					t.Fatalf("%q overlaps %q or leaves the grid at %s", p.Title, other, cell)
				}
				cells[cell] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 || p.Datasource.UID != "${datasource}" {
			t.Errorf("%q lacks a title, a description, a unit, a query or the data source", p.Title)
		}
		for _, q := range p.Targets {
			if q.Datasource.UID != "${datasource}" {
				t.Errorf("%q asks another data source", p.Title)
			}
			checkQuery(t, p.Title, q.Expr)
		}
	}
	for _, a := range d.Annotations.List {
		checkQuery(t, a.Name, a.Expr)
	}
}

var (
	metric   = regexp.MustCompile(`\b(netver_\w+|process_\w+|go_\w+|up|scrape_\w+)(\{[^}]*\})?`)
	rated    = regexp.MustCompile(`\b(rate|increase|irate)\([^\[]*\[([^\]]*)\]`)
	grouping = regexp.MustCompile(`\b(by|on|group_left|without) \([^)]*\)`)
)

// checkQuery wants every metric to be one that is documented and of the jobs chosen, rates over the interval or the range
// shown, and counters only within a rate.
func checkQuery(t *testing.T, title, expr string) {
	t.Helper()
	for _, m := range metric.FindAllStringSubmatch(grouping.ReplaceAllString(expr, ""), -1) {
		name, selector := m[1], m[2]
		if !strings.Contains(selector, `job=~"$job"`) && name != "netver_exporter_build_info" {
			t.Errorf("%q: %s is not of the jobs that were chosen: %s", title, name, expr)
		}
		base := strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum")
		if strings.HasPrefix(name, "netver_") && !documented(t, base) {
			t.Errorf("%q: no metric is called %s", title, name)
		}
		counter := strings.HasSuffix(name, "_total") || strings.HasSuffix(name, "_bucket")
		present := strings.Contains(expr, " * 0 + 1") // whether the counter is there is all that is asked
		if counter && !present && !strings.Contains(expr, name+selector+"[") {
			t.Errorf("%q: the counter %s is used without a rate: %s", title, name, expr)
		}
	}
	for _, m := range rated.FindAllStringSubmatch(expr, -1) {
		if m[2] != "$__rate_interval" && m[2] != "$__range" {
			t.Errorf("%q: a rate over %s", title, m[2])
		}
	}
}

func documented(t *testing.T, name string) bool {
	t.Helper()
	text, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(text), "| `"+name+"` |")
}
