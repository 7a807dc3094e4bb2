// Package deploy holds what is shipped beside the program to what can be told without a Prometheus or a Grafana.
package deploy

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func read(t *testing.T, path string, unmarshal func([]byte, any) error, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type ruleFile struct {
	Groups []struct {
		Name     string
		Interval string
		Rules    []rule
	}
}

type rule struct {
	Alert       string
	Record      string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

type ruleTests struct {
	Tests []struct {
		Alerts []struct {
			Alertname string
			Expected  []any `yaml:"exp_alerts"`
		} `yaml:"alert_rule_test"`
		Expressions []struct{ Expr string } `yaml:"promql_expr_test"`
	}
}

func rules(t *testing.T, path string) (all []rule) {
	t.Helper()
	var file ruleFile
	read(t, path, yaml.Unmarshal, &file)
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	if len(all) == 0 {
		t.Fatalf("%s holds no rules", path)
	}
	return all
}

func TestAlertsSayWhatIsWrong(t *testing.T) {
	severities := []string{"critical", "warning", "info"}
	for _, r := range rules(t, "prometheus/alerts.yml") {
		if !strings.HasPrefix(r.Alert, "Netver") {
			t.Errorf("alert %q does not begin with Netver", r.Alert)
		}
		if !slices.Contains(severities, r.Labels["severity"]) {
			t.Errorf("%s: severity %q is none of %q", r.Alert, r.Labels["severity"], severities)
		}
		for _, annotation := range []string{"summary", "description"} {
			if r.Annotations[annotation] == "" {
				t.Errorf("%s has no %s", r.Alert, annotation)
			}
		}
	}
}

// Each alert leads to a heading of docs/runbooks.md with its name, and no heading is left without an alert.
func TestRunbooks(t *testing.T) {
	const base = "https://github.com/netver/netver_exporter/blob/main/docs/runbooks.md#"
	text, err := os.ReadFile("../docs/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^### (\w+)$`).FindAllStringSubmatch(string(text), -1) {
		headings[m[1]] = false
	}
	for _, r := range rules(t, "prometheus/alerts.yml") {
		if _, there := headings[r.Alert]; !there {
			t.Errorf("docs/runbooks.md has no heading ### %s", r.Alert)
		}
		headings[r.Alert] = true
		if want := base + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url %q, want %q", r.Alert, r.Annotations["runbook_url"], want)
		}
	}
	for heading, used := range headings {
		if !used {
			t.Errorf("docs/runbooks.md: no alert is called %s", heading)
		}
	}
}

func TestEachAlertHasAFiringAndASilentCase(t *testing.T) {
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, path := range []string{"prometheus/alerts_test.yml", "prometheus/alerts_days_test.yml"} {
		var file ruleTests
		read(t, path, yaml.Unmarshal, &file)
		for _, test := range file.Tests {
			for _, alert := range test.Alerts {
				fires[alert.Alertname] = fires[alert.Alertname] || len(alert.Expected) > 0
				silent[alert.Alertname] = silent[alert.Alertname] || len(alert.Expected) == 0
			}
		}
	}
	for _, r := range rules(t, "prometheus/alerts.yml") {
		if !fires[r.Alert] || !silent[r.Alert] {
			t.Errorf("%s: a case in which it fires: %v, one in which it is silent: %v", r.Alert, fires[r.Alert], silent[r.Alert])
		}
	}
}

func TestEachRecordingRuleHasACase(t *testing.T) {
	var file ruleTests
	read(t, "prometheus/rules_test.yml", yaml.Unmarshal, &file)
	for _, r := range rules(t, "prometheus/rules.yml") {
		if !strings.HasPrefix(r.Record, "netver:") {
			t.Errorf("recording rule %q does not begin with netver:", r.Record)
		}
		tested := false
		for _, test := range file.Tests {
			for _, expression := range test.Expressions {
				tested = tested || strings.HasPrefix(expression.Expr, r.Record)
			}
		}
		if !tested {
			t.Errorf("no case asks for %s", r.Record)
		}
	}
}

// prometheus/queries_test.yml asks README's queries of a pair of exporters, and of two shards.
func TestEachQueryOfReadmeHasACase(t *testing.T) {
	var file ruleTests
	read(t, "prometheus/queries_test.yml", yaml.Unmarshal, &file)
	tested := map[string]int{}
	for _, test := range file.Tests {
		for _, expression := range test.Expressions {
			tested[expression.Expr]++
		}
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(readme), "```promql\n")
	block, _, _ = strings.Cut(block, "```")
	if !found {
		t.Fatal("README shows no query")
	}
	for line := range strings.Lines(block) {
		if query, _, _ := strings.Cut(line, "#"); strings.TrimSpace(query) != "" && tested[strings.TrimSpace(query)] < 2 {
			t.Errorf("fewer than two cases ask %s", query)
		}
	}
}
