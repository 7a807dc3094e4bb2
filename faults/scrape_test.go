//go:build faults

package faults

import (
	"bytes"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scrape is what /metrics showed at one moment.
type scrape map[string]*dto.MetricFamily

// scrape fetches all families, or those of the names.
func (e *exporter) scrape(t *testing.T, names ...string) scrape {
	t.Helper()
	query := url.Values{"name[]": names}
	status, body, err := fetch(t.Context(), http.MethodGet, e.url("/metrics?"+query.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK {
		t.Fatalf("scrape: status %d: %s", status, body)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("the exposition cannot be read: %v", err)
	}
	return families
}

// value is that of a family's first series; NaN if there is none.
func (s scrape) value(name string) float64 { return s.where(name, "", "") }

// where is the value of the family's first series that has the label; NaN if there is none.
func (s scrape) where(name, label, value string) float64 {
	for _, m := range s[name].GetMetric() {
		if label == "" || labelOf(m, label) == value {
			return number(m)
		}
	}
	return math.NaN()
}

// device is the value of a device's series of the family netver_device_<name>; NaN if there is none.
func (s scrape) device(device, name string) float64 {
	return s.where("netver_device_"+name, "device", device)
}

// devices is the values of the family netver_device_<name> by device.
func (s scrape) devices(name string) map[string]float64 {
	values := make(map[string]float64)
	for _, m := range s["netver_device_"+name].GetMetric() {
		values[labelOf(m, "device")] = number(m)
	}
	return values
}

// labels is a label of the family netver_device_<name> by device.
func (s scrape) labels(name, label string) map[string]string {
	values := make(map[string]string)
	for _, m := range s["netver_device_"+name].GetMetric() {
		values[labelOf(m, "device")] = labelOf(m, label)
	}
	return values
}

// reasons is why devices are down.
func (s scrape) reasons() map[string]string { return s.labels("failure_reason", "reason") }

// late is the share of polls between two scrapes that began later than the limit after they were due, or a little less
// than the limit, as far as the histogram tells; and how many polls there were.
func late(from, to scrape, limit time.Duration) (share, polls float64) {
	const name = "netver_poll_lag_seconds"
	before, after := from[name].GetMetric()[0].GetHistogram(), to[name].GetMetric()[0].GetHistogram()
	polls = float64(after.GetSampleCount() - before.GetSampleCount())
	var inTime float64
	for i, b := range after.GetBucket() {
		if b.GetUpperBound() <= limit.Seconds() {
			inTime = float64(b.GetCumulativeCount() - before.GetBucket()[i].GetCumulativeCount())
		}
	}
	return 1 - inTime/polls, polls
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func number(m *dto.Metric) float64 {
	switch {
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	case m.Counter != nil:
		return m.Counter.GetValue()
	}
	return m.GetUntyped().GetValue()
}
