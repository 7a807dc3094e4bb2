package collector

import "slices"

// elsewhere are label names that no row of metrics has, and that an operator cannot use all the same.
var elsewhere = []string{
	"device",          // on every series
	"wanted",          // of netver_device_version_compliant
	"job", "instance", // Prometheus sets them on every series
	"le", "quantile", // histograms and summaries
}

// ReservedLabels returns the label names an operator cannot use, ordered by name.
func ReservedLabels() []string {
	names := slices.Clone(elsewhere)
	for _, m := range metrics {
		for _, l := range m.labels {
			names = append(names, l.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
