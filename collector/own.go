package collector

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"

	"github.com/netver/netver_exporter/parser"
)

// prefix is put before the name of a platform's own gauge.
const prefix = "netver_"

// Lint says everything that is wrong with the platforms' own gauges: their names must be metric names that none of ours
// has, and names and HELP must pass the linter of Prometheus. The error names file and gauge.
func Lint(platforms []*parser.Platform) error {
	var errs []error
	for _, p := range platforms {
		for _, g := range p.Gauges() {
			for _, problem := range problems(g) {
				errs = append(errs, fmt.Errorf("%s: gauge %q: %s", p.Origin, g.Name, problem))
			}
		}
	}
	return errors.Join(errs...)
}

func problems(g parser.Gauge) []string {
	name := prefix + g.Name
	if g.Name == "" || !model.LegacyValidation.IsValidMetricName(name) {
		return []string{fmt.Sprintf("%q is not a metric name", name)}
	}
	if taken(name) {
		return []string{name + " is a metric of netver_exporter itself"}
	}
	found, err := promlint.NewWithMetricFamilies([]*dto.MetricFamily{{
		Name: &name, Help: &g.Help, Type: gauge.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: ptr(1.0)}}},
	}}).Lint()
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	for _, p := range found {
		all = append(all, p.Text)
	}
	return all
}

// helpOf returns the HELP of a family of a platform's own. A gauge stays for a moment when its definition has left.
func helpOf(declared map[string]string, name string) string {
	return cmp.Or(declared[name], "Read from the device, as of the latest poll that succeeded.")
}

// taken reports that a family of ours has the name.
func taken(name string) bool {
	return slices.ContainsFunc(metrics[:], func(m metric) bool { return m.name == name }) ||
		slices.ContainsFunc(figures, func(f figure) bool { return f.name == name }) ||
		slices.Contains(processMetrics, name)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func ptr[T any](v T) *T { return &v }
