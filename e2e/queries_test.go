//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
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

// dashboardAnswers asks every query of the dashboard, with each variable set as "All" sets it.
func dashboardAnswers(t *testing.T, p prometheus) {
	var d dashboard
	if err := json.Unmarshal([]byte(readFile(t, "../deploy/grafana/netver.json")), &d); err != nil {
		t.Fatal(err)
	}
	var queries []string
	for _, annotation := range d.Annotations.List {
		queries = append(queries, annotation.Expr)
	}
	for _, panel := range d.Panels {
		for _, target := range panel.Targets {
			queries = append(queries, target.Expr)
		}
	}
	if len(queries) < 20 {
		t.Fatalf("%d queries found in the dashboard: it is not read as it is written", len(queries))
	}
	all := []string{"$__rate_interval", "10s", "$__range", "1m"}
	labelValues := regexp.MustCompile(`^label_values\((\w+), (\w+)\)$`)
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		match := labelValues.FindStringSubmatch(v.Definition)
		if match == nil {
			t.Fatalf("variable %s: %q is not label_values(metric, label)", v.Name, v.Definition)
		}
		queries = append(queries, fmt.Sprintf(`group by (%[2]s) (%[1]s{%[2]s!=""})`, match[1], match[2]))
		all = append(all, "$"+v.Name, ".*")
	}
	variables := strings.NewReplacer(all...)
	for i, query := range queries {
		queries[i] = variables.Replace(query)
		if strings.Contains(queries[i], "$") {
			t.Errorf("a variable of %s is not known", queries[i])
		}
	}
	p.answersAll(t, "the dashboard", queries)
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
