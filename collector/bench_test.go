package collector

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

const large = 50_000

// many is a fleet of n healthy devices.
func many(n int) poll.Snapshot {
	s := fleet()
	s.Devices = make([]*poll.Status, n)
	for i := range s.Devices {
		s.Devices[i] = healthy(i)
	}
	return s
}

func healthy(i int) *poll.Status {
	now := time.Now()
	return &poll.Status{
		Device: inventory.Device{
			Name: fmt.Sprintf("lab-sw-%05d", i), Address: fmt.Sprintf("192.0.2.%d:22", i%250),
			Labels: []inventory.Label{{Name: "role", Value: "edge"}, {Name: "site", Value: fmt.Sprintf("lab%d", i%40)}},
		},
		Platform: "cisco_ios", Vendor: "Cisco", Polls: uint64(i % 1000), LastPoll: now, LastSuccess: now,
		Duration: time.Duration(i+1) * time.Microsecond, BootTime: now.Add(-time.Duration(i) * time.Hour),
		Facts: parser.Facts{
			Version: "17.9.4a", Model: "C9300-48P", Serial: fmt.Sprintf("FCH%04dJ1AA", i%10000), Hostname: fmt.Sprintf("lab-sw-%05d", i),
			Uptime: &parser.Uptime{Age: time.Duration(i) * time.Hour, Resolution: time.Minute},
		},
	}
}

// constMetrics is how collectors are usually written: the same series, as const metrics made at every scrape.
type constMetrics struct{ devices []*poll.Status }

func (constMetrics) Describe(chan<- *prometheus.Desc) {}

func (c constMetrics) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.devices {
		names, values := []string{"device"}, []string{s.Device.Name}
		for _, l := range s.Device.Labels {
			names, values = append(names, l.Name), append(values, l.Value)
		}
		for _, m := range metrics {
			v, known := m.value(s)
			if !known {
				continue
			}
			names, values := names[:len(names):len(names)], values[:len(values):len(values)]
			for _, l := range m.labels {
				names, values = append(names, l.name), append(values, l.value(s))
			}
			kind := prometheus.GaugeValue
			if m.kind == counter {
				kind = prometheus.CounterValue
			}
			ch <- prometheus.MustNewConstMetric(prometheus.NewDesc(m.name, m.help, names, nil), kind, v, values...)
		}
	}
}

// discard is a ResponseWriter that counts.
type discard struct {
	header http.Header
	bytes  int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(p []byte) (int, error) {
	d.bytes += len(p)
	return len(p), nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkScrape is the CPU of a scrape of 50,000 devices, by format, against const metrics.
func BenchmarkScrape(b *testing.B) {
	s := many(large)
	registry := prometheus.NewRegistry()
	registry.MustRegister(constMetrics{s.Devices})
	c := watching(s)
	for _, bc := range []struct {
		name    string
		handler http.Handler
		accept  string
	}{
		{"const/text", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), "text/plain"},
		{"ours/text", c.Handler(promhttp.HandlerOpts{EnableOpenMetrics: true}), "text/plain"},
		{"ours/openmetrics", c.Handler(promhttp.HandlerOpts{EnableOpenMetrics: true}), "application/openmetrics-text;version=1.0.0"},
		{"ours/protobuf", c.Handler(promhttp.HandlerOpts{}), "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			req := httptest.NewRequest("GET", "/metrics", nil)
			req.Header.Set("Accept", bc.accept)
			req.Header.Set("Accept-Encoding", "gzip")
			scrape := func() int {
				w := &discard{header: http.Header{}}
				bc.handler.ServeHTTP(w, req)
				return w.bytes
			}
			scrape()
			b.ReportAllocs()
			before, bytes := cpu(), 0
			for b.Loop() {
				bytes = scrape()
			}
			b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms/scrape")
			b.ReportMetric(float64(bytes)/1e6, "MB")
		})
	}
}
