//go:build e2e

package e2e

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// promRule is a rule in Prometheus's words.
type promRule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// promGroup is a group of rules in Prometheus's words.
type promGroup struct {
	Name     string     `yaml:"name"`
	Interval string     `yaml:"interval"`
	Rules    []promRule `yaml:"rules"`
}

// grafanaRules reads the alert rules for Grafana back into Prometheus's words.
func grafanaRules(t *testing.T) []promGroup {
	t.Helper()
	var file struct {
		Groups []struct {
			Name, Interval string
			Rules          []struct {
				Title, For  string
				Data        []struct{ Model struct{ Expr string } }
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "../deploy/grafana/alerting/rules.yml")), &file); err != nil {
		t.Fatal(err)
	}
	var all []promGroup
	for _, group := range file.Groups {
		read := promGroup{Name: group.Name, Interval: group.Interval}
		for _, r := range group.Rules {
			name, _, _ := strings.Cut(r.Title, " (")
			for key, text := range r.Annotations {
				r.Annotations[key] = strings.ReplaceAll(text, "$values.A.Value", "$value")
			}
			read.Rules = append(read.Rules, promRule{name, r.Data[0].Model.Expr, r.For, r.Labels, r.Annotations})
		}
		all = append(all, read)
	}
	return all
}

// TestGrafanaAlerts runs the cases of Prometheus's alerts, each alert firing and silent, on the rules for Grafana, without the recording
// rules. Grafana has no details in its texts: its templates cannot ask.
func TestGrafanaAlerts(t *testing.T) {
	dir := t.TempDir()
	rules, err := yaml.Marshal(map[string]any{"groups": grafanaRules(t)})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "rules.yml"), "%s", rules)
	files := []string{"test", "rules"}
	for _, name := range []string{"alerts_test.yml", "alerts_days_test.yml"} {
		var cases map[string]any
		if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(shipped, name))), &cases); err != nil {
			t.Fatal(err)
		}
		cases["rule_files"] = []string{"rules.yml"}
		withoutDetails(cases)
		text, err := yaml.Marshal(cases)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, writeFile(t, filepath.Join(dir, name), "%s", text))
	}
	if out := run(t, "promtool", files...); strings.Count(out, "SUCCESS") != 2 {
		t.Error(out)
	}
}

func withoutDetails(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "details")
		for _, inner := range v {
			withoutDetails(inner)
		}
	case []any:
		for _, inner := range v {
			withoutDetails(inner)
		}
	}
}

// TestMixin evaluates the mixin and finds in it all that is shipped.
func TestMixin(t *testing.T) {
	var got struct {
		Dashboards []string
		Alerts     []string
		Records    int
	}
	out := run(t, "jsonnet", "--jpath", "../deploy/grafana", "-e", `
		local mixin = (import "mixin.libsonnet") + {_config+:: {job: "network", runbooks: "https://runbooks.example"}};
		local rules(file) = std.flattenArrays([g.rules for g in file.groups]);
		{
			dashboards: [mixin.grafanaDashboards[name].uid for name in std.objectFields(mixin.grafanaDashboards)],
			alerts: [r.expr + " " + r.annotations.runbook_url for r in rules(mixin.prometheusAlerts)],
			records: std.length(rules(mixin.prometheusRules)),
		}`)
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{"netver-device", "netver-exporter", "netver-fleet", "netver-versions"}
	if slices.Sort(got.Dashboards); !slices.Equal(got.Dashboards, want) {
		t.Errorf("dashboards %q, want %q", got.Dashboards, want)
	}
	alerts := 0
	for _, group := range grafanaRules(t) {
		alerts += len(group.Rules)
	}
	if len(got.Alerts) != alerts || alerts < 20 || got.Records < 10 {
		t.Errorf("%d alerts and %d recording rules, want all", len(got.Alerts), got.Records)
	}
	all := strings.Join(got.Alerts, "\n")
	if strings.Contains(all, `job="netver"`) || !strings.Contains(all, `up{job="network"}`) || strings.Count(all, " https://runbooks.example#") != len(got.Alerts) {
		t.Errorf("job and runbooks are not as configured:\n%s", all)
	}
}
