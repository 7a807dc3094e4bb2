package collector

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// prefix is put before the name of a platform's own gauge.
const prefix = "netver_"

// Lint says everything that the linter of Prometheus finds wrong with names and HELP of the platforms' own gauges, and
// which platforms give one gauge two HELP texts: a family has only one. The error names files and gauge. Package parser
// lets no gauge have a name that is not a metric's, or that is ours.
func Lint(platforms []*parser.Platform) error {
	var errs []error
	type definition struct{ help, origin string }
	first := make(map[string]definition)
	for _, p := range platforms {
		for _, g := range p.Gauges() {
			for _, problem := range problems(g) {
				errs = append(errs, fmt.Errorf("%s: gauge %q: %s", p.Origin, g.Name, problem))
			}
			d, defined := first[g.Name]
			switch {
			case !defined:
				first[g.Name] = definition{g.Help, p.Origin}
			case d.help != g.Help:
				errs = append(errs, fmt.Errorf("%s: gauge %q: help is %q, but %q in %s; write the same help in both, or rename one gauge",
					p.Origin, g.Name, g.Help, d.help, d.origin))
			}
		}
	}
	return errors.Join(errs...)
}

func problems(g parser.Gauge) []string {
	name := prefix + g.Name
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

// helpOf returns the HELP of a family of lists or of a platform's own. A gauge stays for a moment when its definition has left.
func helpOf(declared map[string]string, name string) string {
	return cmp.Or(listHelp(name), declared[name], "Read from the device, as of the latest poll that succeeded.")
}

// platformGauges are the gauges of the platform's own that a device shows: none while it fails, as with its uptime.
func platformGauges(s *poll.Status) map[string]float64 {
	if !s.Up() {
		return nil
	}
	return s.Facts.Gauges
}
