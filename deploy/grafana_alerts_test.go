package deploy

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write grafana/alerting/rules.yml anew")

// provisioned is Grafana's file of alert rules.
type provisioned struct {
	Version int            `yaml:"apiVersion"`
	Groups  []grafanaGroup `yaml:"groups"`
}

type grafanaGroup struct {
	Org      int           `yaml:"orgId"`
	Name     string        `yaml:"name"`
	Folder   string        `yaml:"folder"`
	Interval string        `yaml:"interval"`
	Rules    []grafanaRule `yaml:"rules"`
}

type grafanaRule struct {
	UID         string            `yaml:"uid"`
	Title       string            `yaml:"title"`
	Condition   string            `yaml:"condition"`
	Data        []grafanaQuery    `yaml:"data"`
	For         string            `yaml:"for"`
	NoData      string            `yaml:"noDataState"`
	Error       string            `yaml:"execErrState"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
	Paused      bool              `yaml:"isPaused"`
}

type grafanaQuery struct {
	Ref        string         `yaml:"refId"`
	Range      map[string]int `yaml:"relativeTimeRange"` // in seconds before now
	Datasource string         `yaml:"datasourceUid"`
	Model      map[string]any `yaml:"model"`
}

const grafanaHeader = `# Grafana-managed twins of ../../prometheus/alerts.yml, made from it by: go test ./deploy -run GrafanaAlerts -update
# They ask the data source with the uid "prometheus" and need no recording rules. docs/operations.md says when to use which.
`

// TestGrafanaAlerts holds the alert rules for Grafana to those for Prometheus.
func TestGrafanaAlerts(t *testing.T) {
	want := provisioned{Version: 1}
	var file ruleFile
	read(t, "prometheus/alerts.yml", yaml.Unmarshal, &file)
	records := recordingRules(t)
	uids := map[string]int{}
	for _, group := range file.Groups {
		made := grafanaGroup{Org: 1, Name: group.Name, Folder: "Netver", Interval: or(group.Interval, "1m")}
		for _, r := range group.Rules {
			uids[r.Alert]++
			twin := grafanaAlert(t, r, records)
			if n := uids[r.Alert]; n > 1 { // both are unique in Grafana
				twin.UID += fmt.Sprint("-", n)
				twin.Title += " (" + r.Labels["severity"] + ")"
			}
			made.Rules = append(made.Rules, twin)
		}
		want.Groups = append(want.Groups, made)
	}
	var text bytes.Buffer
	text.WriteString(grafanaHeader)
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(want); err != nil {
		t.Fatal(err)
	}
	const path = "grafana/alerting/rules.yml"
	if *update {
		if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text.String(), string(got)); diff != "" {
		t.Errorf("%s is not what alerts.yml makes; run go test ./deploy -run GrafanaAlerts -update (-want +got):\n%s", path, diff)
	}
}

// grafanaAlert is the rule in Grafana's words. Every series that the expression returns is an alert, as in Prometheus: none of
// them is negative, so each is above the threshold of -1. No series is not a fault but the good case.
func grafanaAlert(t *testing.T, r rule, records map[string]string) grafanaRule {
	t.Helper()
	annotations := map[string]string{}
	for name, text := range r.Annotations {
		if strings.Contains(text, "| query") { // Grafana's templates cannot ask
			continue
		}
		annotations[name] = strings.ReplaceAll(text, "$value", "$values.A.Value")
	}
	return grafanaRule{
		UID: strings.ToLower(r.Alert), Title: r.Alert, Condition: "B", For: or(r.For, "0s"), NoData: "OK", Error: "Error",
		Labels: r.Labels, Annotations: annotations,
		Data: []grafanaQuery{
			{Ref: "A", Range: map[string]int{"from": 600, "to": 0}, Datasource: "prometheus", Model: map[string]any{
				"refId": "A", "datasource": map[string]string{"type": "prometheus", "uid": "prometheus"}, "expr": standalone(t, r.Expr, records), "instant": true, "range": false,
			}},
			{Ref: "B", Range: map[string]int{"from": 0, "to": 0}, Datasource: "__expr__", Model: map[string]any{
				"refId": "B", "datasource": map[string]string{"type": "__expr__", "uid": "__expr__"}, "type": "threshold", "expression": "A",
				"conditions": []any{map[string]any{"evaluator": map[string]any{"type": "gt", "params": []int{-1}}}},
			}},
		},
	}
}

var recorded = regexp.MustCompile(`\bnetver:\w+:\w+\b`)

// standalone puts the recording rules into the expression.
func standalone(t *testing.T, expr string, records map[string]string) string {
	t.Helper()
	return recorded.ReplaceAllStringFunc(expr, func(name string) string {
		inner, known := records[name]
		if !known {
			t.Errorf("an alert uses %s, which is no recording rule, or one of several expressions", name)
		}
		return "(" + standalone(t, inner, records) + ")"
	})
}

// recordingRules are the expressions by their names, those left out that have several.
func recordingRules(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, r := range rules(t, "prometheus/rules.yml") {
		if _, twice := all[r.Record]; twice || r.Labels != nil {
			delete(all, r.Record)
			continue
		}
		all[r.Record] = r.Expr
	}
	return all
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// What Grafana asks of a file that it provisions.
func TestGrafanaAlertsAreProvisioned(t *testing.T) {
	var file provisioned
	read(t, "grafana/alerting/rules.yml", yaml.Unmarshal, &file)
	titles, uids := map[string]bool{}, map[string]bool{}
	for _, group := range file.Groups {
		every, err := time.ParseDuration(group.Interval)
		if err != nil || every%(10*time.Second) != 0 {
			t.Errorf("group %s: interval %s is no multiple of 10s", group.Name, group.Interval)
		}
		for _, r := range group.Rules {
			if titles[r.Title] || uids[r.UID] || len(r.UID) > 40 {
				t.Errorf("%s: its title or its uid %s is there twice or too long", r.Title, r.UID)
			}
			titles[r.Title], uids[r.UID] = true, true
			for name, text := range r.Labels { // they are expanded as environment variables are; annotations are not
				if strings.Contains(text, "$") {
					t.Errorf("%s: Grafana takes the $ out of the label %s", r.Title, name)
				}
			}
			for name, text := range r.Annotations {
				if strings.Contains(text, "$value ") || strings.Contains(text, "query") {
					t.Errorf("%s: the annotation %s is Prometheus's: %s", r.Title, name, text)
				}
			}
			if strings.Contains(fmt.Sprint(r.Data), "$") {
				t.Errorf("%s: Grafana expands the $ in its queries", r.Title)
			}
		}
	}
}

// The example's policies send to contact points that are there, by labels that alerts have.
func TestGrafanaExamples(t *testing.T) {
	var points struct {
		ContactPoints []struct {
			Name      string
			Receivers []struct{ UID, Type string }
		} `yaml:"contactPoints"`
	}
	read(t, "grafana/alerting/examples/contact-points.yml", yaml.Unmarshal, &points)
	type route struct {
		Receiver string
		Matchers [][3]string `yaml:"object_matchers"`
		Routes   []route
	}
	var policies struct{ Policies []route }
	read(t, "grafana/alerting/examples/policies.yml", yaml.Unmarshal, &policies)
	known := map[string]bool{}
	for _, p := range points.ContactPoints {
		known[p.Name] = len(p.Receivers) > 0
	}
	severities := map[string]bool{}
	for _, r := range rules(t, "prometheus/alerts.yml") {
		severities[r.Labels["severity"]] = true
	}
	if len(policies.Policies) != 1 || len(policies.Policies[0].Routes) == 0 {
		t.Fatal("want one tree of policies, with routes")
	}
	for _, r := range append(policies.Policies, policies.Policies[0].Routes...) {
		if !known[r.Receiver] {
			t.Errorf("no contact point is called %q", r.Receiver)
		}
		for _, m := range r.Matchers {
			if m[0] == "severity" && !severities[m[2]] || m[0] == "grafana_folder" && m[2] != "Netver" {
				t.Errorf("no alert matches %q", m)
			}
		}
	}
}
