package collector

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/poll"
)

// gatherFigures returns the families about fleet and engine.
func gatherFigures(s poll.Snapshot) []*dto.MetricFamily {
	families := make([]*dto.MetricFamily, 0, len(figures))
	for i := range figures {
		f := &figures[i]
		family := &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: &f.kind}
		f.values(s, func(value string, v float64) {
			m := number(f.kind, v)
			if f.label != "" {
				m.Label = []*dto.LabelPair{{Name: &f.label, Value: ptr(clean(value))}}
			}
			family.Metric = append(family.Metric, m)
		})
		if len(family.Metric) == 0 {
			continue
		}
		slices.SortFunc(family.Metric, func(a, b *dto.Metric) int { return strings.Compare(labelValue(a), labelValue(b)) })
		families = append(families, family)
	}
	return families
}

func labelValue(m *dto.Metric) string {
	if len(m.Label) == 0 {
		return ""
	}
	return m.Label[0].GetValue()
}

// gatherDevices returns the families about devices; help is that of the platforms' own gauges by family name.
func gatherDevices(devices []*poll.Status, help map[string]string) []*dto.MetricFamily {
	families := make([]*dto.MetricFamily, len(metrics))
	for i := range metrics {
		m := &metrics[i]
		families[i] = &dto.MetricFamily{Name: &m.name, Help: &m.help, Type: &m.kind}
		families[i].Metric = make([]*dto.Metric, 0, len(devices))
	}
	own := make(map[string]*dto.MetricFamily)
	for _, s := range devices {
		base := labels(s)
		for i := range metrics {
			row := &metrics[i]
			if v, known := row.value(s); known {
				m := number(row.kind, v)
				m.Label = base
				for _, l := range row.labels {
					m.Label = append(m.Label[:len(m.Label):len(m.Label)], &dto.LabelPair{Name: &l.name, Value: ptr(clean(l.value(s)))})
				}
				families[i].Metric = append(families[i].Metric, m)
			}
		}
		for name, v := range s.Facts.Gauges {
			name = prefix + name
			family, ok := own[name]
			if !ok {
				text := helpOf(help, name)
				family = &dto.MetricFamily{Name: &name, Help: &text, Type: gauge.Enum()}
				own[name] = family
			}
			m := number(gauge, v)
			m.Label = base
			family.Metric = append(family.Metric, m)
		}
	}
	for _, name := range sortedKeys(own) {
		families = append(families, own[name])
	}
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

// clean keeps invalid UTF-8, which nobody should have let in, from costing every device its metrics.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
