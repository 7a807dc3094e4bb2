package collector

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/poll"
)

// fleetCollector collects the figures of one snapshot.
type fleetCollector poll.Snapshot

// Describe sends nothing: which figures have values depends on the snapshot.
func (fleetCollector) Describe(chan<- *prometheus.Desc) {}

func (f fleetCollector) Collect(ch chan<- prometheus.Metric) {
	for _, row := range figures {
		kind := prometheus.GaugeValue
		if row.kind == counter {
			kind = prometheus.CounterValue
		}
		desc := prometheus.NewDesc(row.name, row.help, row.labels, nil)
		row.values(poll.Snapshot(f), func(v float64, labels ...string) {
			for i := range labels {
				labels[i] = clean(labels[i])
			}
			ch <- prometheus.MustNewConstMetric(desc, kind, v, labels...)
		})
	}
}

// gatherFleet returns the families about fleet and engine.
func gatherFleet(s poll.Snapshot) ([]*dto.MetricFamily, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(fleetCollector(s))
	return registry.Gather()
}

// gatherDevices returns the families about devices; help is that of the platforms' own gauges by family name.
func gatherDevices(devices []*poll.Status, help map[string]string) []*dto.MetricFamily {
	families := make([]*dto.MetricFamily, len(metrics))
	for i := range metrics {
		m := &metrics[i]
		families[i] = &dto.MetricFamily{Name: &m.name, Help: &m.help, Type: &m.kind}
		families[i].Metric = make([]*dto.Metric, 0, len(devices))
	}
	more := make(map[string]*dto.MetricFamily)
	for _, s := range devices {
		base := labels(s)
		for i := range metrics {
			row := &metrics[i]
			if v, known := row.value(s); known {
				m := number(row.kind, v)
				m.Label = base
				for _, l := range row.labels {
					if value := l.value(s); !l.without(value) {
						m.Label = append(m.Label[:len(m.Label):len(m.Label)], &dto.LabelPair{Name: &l.name, Value: ptr(clean(value))})
					}
				}
				families[i].Metric = append(families[i].Metric, m)
			}
		}
		add := func(name string, m *dto.Metric) {
			family, ok := more[name]
			if !ok {
				text := helpOf(help, name)
				family = &dto.MetricFamily{Name: &name, Help: &text, Type: gauge.Enum()}
				more[name] = family
			}
			family.Metric = append(family.Metric, m)
		}
		for i := range lists {
			l := &lists[i]
			l.values(s, func(v float64, values ...string) {
				m := number(gauge, v)
				m.Label = base[:len(base):len(base)]
				for i := range l.labels {
					m.Label = append(m.Label, &dto.LabelPair{Name: &l.labels[i], Value: ptr(clean(values[i]))})
				}
				add(l.name, m)
			})
		}
		for name, v := range platformGauges(s) {
			m := number(gauge, v)
			m.Label = base
			add(prefix+name, m)
		}
	}
	families = slices.AppendSeq(families, maps.Values(more))
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 })
}

// labels are those that all series of a device have.
func labels(s *poll.Status) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, 0, 1+len(s.Device.Labels))
	pairs = append(pairs, &dto.LabelPair{Name: ptr("device"), Value: ptr(clean(s.Device.Name))})
	for _, l := range s.Device.Labels {
		pairs = append(pairs, &dto.LabelPair{Name: &l.Name, Value: ptr(clean(l.Value))})
	}
	return pairs
}

func number(kind dto.MetricType, v float64) *dto.Metric {
	if kind == counter {
		return &dto.Metric{Counter: &dto.Counter{Value: &v}}
	}
	return &dto.Metric{Gauge: &dto.Gauge{Value: &v}}
}

func sortFamilies(f []*dto.MetricFamily) {
	slices.SortFunc(f, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
}

// clean keeps invalid UTF-8, which nobody should have let in, from costing every device its metrics.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func ptr[T any](v T) *T { return &v }
