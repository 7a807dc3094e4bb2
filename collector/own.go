package collector

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
)

// prefix is put before the name of a platform's own gauge.
const prefix = "netver_"

// Gauge is a gauge of a platform's own, as its definition declares it.
type Gauge struct {
	Name string // without the netver_ prefix
	Help string
}

// Problems says what is wrong with a platform's own gauge, nothing if it may be exposed: its name must be a metric name
// that none of ours has, and both must pass the linter of Prometheus.
func (g Gauge) Problems() []string {
	name := prefix + g.Name
	if !model.LegacyValidation.IsValidMetricName(name) || g.Name == "" {
		return []string{fmt.Sprintf("%q is not a metric name", name)}
	}
	if taken(name) {
		return []string{fmt.Sprintf("%s is a metric of netver_exporter itself", name)}
	}
	found, err := promlint.NewWithMetricFamilies([]*dto.MetricFamily{{
		Name: &name, Help: ptr(g.help()), Type: gauge.Enum(), Metric: []*dto.Metric{{Gauge: &dto.Gauge{Value: ptr(1.0)}}},
	}}).Lint()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, p := range found {
		problems = append(problems, fmt.Sprintf("%s: %s", name, p.Text))
	}
	return problems
}

func (g Gauge) help() string {
	return cmp.Or(g.Help, "Read from the device, as of the latest poll that succeeded.")
}

// taken reports that a family of ours has the name.
func taken(name string) bool {
	return slices.ContainsFunc(metrics[:], func(m metric) bool { return m.name == name }) ||
		slices.ContainsFunc(figures, func(f figure) bool { return f.name == name }) ||
		slices.Contains(processMetrics, name)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func ptr[T any](v T) *T { return &v }
