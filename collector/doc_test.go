package collector

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDocumentation keeps docs/metrics.md in step with the tables. Rewrite it with -update.
func TestDocumentation(t *testing.T) {
	type line struct{ name, kind, labels, help string }
	var devices, engine []line
	for _, m := range metrics {
		labels := []string{"device"}
		for _, l := range m.labels {
			labels = append(labels, l.name)
		}
		devices = append(devices, line{m.name, strings.ToLower(m.kind.String()), strings.Join(labels, ", "), m.help})
	}
	for _, l := range lists {
		devices = append(devices, line{l.name, "gauge", strings.Join(append([]string{"device"}, l.labels...), ", "), l.help})
	}
	slices.SortFunc(devices, func(a, b line) int { return strings.Compare(a.name, b.name) })
	for _, f := range figures {
		engine = append(engine, line{f.name, strings.ToLower(f.kind.String()), strings.Join(f.labels, ", "), f.help})
	}
	families, err := newProcess().registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), prefix) {
			continue
		}
		var labels []string
		for _, l := range f.Metric[0].Label {
			labels = append(labels, l.GetName())
		}
		engine = append(engine, line{f.GetName(), strings.ToLower(f.GetType().String()), strings.Join(labels, ", "), f.GetHelp()})
	}
	slices.SortFunc(engine, func(a, b line) int { return strings.Compare(a.name, b.name) })

	var b strings.Builder
	b.WriteString("# Metrics\n\nGenerated from the tables of package collector: `go test ./collector -run Documentation -update`.\n")
	table := func(title, words string, lines []line) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n", title, words)
		for _, l := range lines {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", l.name, l.kind, l.labels, l.help)
		}
	}
	table("Devices", "Each series also has the operator's labels. A platform may add gauges of its own, `netver_<name>`; see "+
		"docs/adding-a-platform.md. A device that leaves the inventory leaves /metrics at once.", devices)
	table("Fleet and engine", "Besides these there are the usual `go_*` and `process_*`. The histograms are both classic and native.", engine)
	golden(t, filepath.Join("..", "docs", "metrics.md"), b.String())
}
