//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rulesWork waits until Prometheus has evaluated every shipped rule without an error.
func rulesWork(t *testing.T, p prometheus) {
	p.waitFor(t, "every rule to be evaluated", func() error {
		var data struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
		if err := p.api(t, "/api/v1/rules", url.Values{}, &data); err != nil {
			return err
		}
		rules := 0
		for _, group := range data.Groups {
			for _, rule := range group.Rules {
				rules++
				if rule.Health != "ok" {
					return fmt.Errorf("%s is %s: %s", rule.Name, rule.Health, rule.LastError)
				}
			}
		}
		if rules == 0 {
			return fmt.Errorf("no rules are loaded")
		}
		return nil
	})
	// The lab has devices that cannot be polled and one on an old version.
	p.answers(t, `ALERTS{alertname="NetverDeviceUnreachable", alertstate="firing", reason!=""}`)
	p.answers(t, `ALERTS{alertname="NetverVersionDrift"}`)
	if samples, err := p.query(t, `ALERTS{alertname=~"NetverExporterAbsent|NetverReloadFailed"}`); err == nil {
		t.Errorf("alerts about the exporter, which is well: %v", samples)
	}
}

type dashboard struct {
	Annotations struct{ List []struct{ Expr string } }
	Templating  struct {
		List []struct {
			Name, Type string
			Definition string
		}
	}
	Panels []struct {
		Title   string
		Targets []struct{ Expr string }
	}
}

// queries lists what the dashboard asks.
func (d dashboard) queries(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, annotation := range d.Annotations.List {
		all = append(all, annotation.Expr)
	}
	for _, panel := range d.Panels {
		for _, target := range panel.Targets {
			all = append(all, target.Expr)
		}
	}
	if len(all) < 15 {
		t.Fatalf("%d queries found in a dashboard: it is not read as it is written", len(all))
	}
	labelValues := regexp.MustCompile(`^label_values\((\w+(?:\{.*\})?), (\w+)\)$`)
	queryResult := regexp.MustCompile(`^query_result\((.*)\)$`)
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		if match := labelValues.FindStringSubmatch(v.Definition); match != nil {
			all = append(all, fmt.Sprintf("group by (%s) (%s)", match[2], match[1]))
		} else if match := queryResult.FindStringSubmatch(v.Definition); match != nil {
			all = append(all, match[1])
		} else {
			t.Fatalf("variable %s: %q is neither label_values nor query_result", v.Name, v.Definition)
		}
	}
	return all
}

// dashboardsAnswer asks every query of the dashboards, with each variable as "All" sets it, and one device of all. What stands for
// an empty answer is taken away.
func dashboardsAnswer(t *testing.T, p prometheus) {
	files, err := filepath.Glob("../deploy/grafana/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	variables := strings.NewReplacer("$__rate_interval", "10s", "$__range", "1m", `device="$device"`, `device=~".*"`,
		"$job", ".+", "$instance", ".+", "$platform", ".*", "$site", ".*", "$role", ".*", " or vector(0)", "")
	var all []string
	for _, file := range files {
		var d dashboard
		if err := json.Unmarshal([]byte(readFile(t, file)), &d); err != nil {
			t.Fatal(err)
		}
		for _, query := range d.queries(t) {
			query = variables.Replace(query)
			if strings.Contains(query, "$") {
				t.Errorf("%s: a variable of %s is not known", file, query)
			}
			all = append(all, query)
		}
	}
	p.answersAll(t, "the dashboards", all)
}

// readmeAnswers asks every query that README shows.
func readmeAnswers(t *testing.T, p prometheus) {
	var queries []string
	for _, block := range regexp.MustCompile("(?s)```promql\n(.*?)```").FindAllStringSubmatch(readFile(t, "../README.md"), -1) {
		for line := range strings.Lines(block[1]) {
			if query, _, _ := strings.Cut(line, "#"); strings.TrimSpace(query) != "" {
				queries = append(queries, query)
			}
		}
	}
	if len(queries) == 0 {
		t.Fatal("README shows no query")
	}
	p.answersAll(t, "README", queries)
}
