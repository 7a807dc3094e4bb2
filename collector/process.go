package collector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/collectors/version"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/poll"
)

// process is what this process counts itself, rather than reads from a snapshot.
type process struct {
	registry   *prometheus.Registry
	duration   prometheus.Histogram
	lag        prometheus.Histogram
	reloaded   prometheus.Gauge
	reloadedAt prometheus.Gauge
}

func newProcess() *process {
	p := &process{
		registry: prometheus.NewRegistry(),
		duration: prometheus.NewHistogram(histogram(
			"netver_poll_duration_seconds", "Duration of polls of all devices, from start to end.",
			0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60,
		)),
		lag: prometheus.NewHistogram(histogram(
			"netver_poll_lag_seconds",
			"Delay between the time a poll was due and its start. Polls of slow failing devices are not counted.",
			0.01, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
		)),
		reloaded: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "netver_config_last_reload_successful", Help: "Whether the last load of the configuration succeeded (1).",
		}),
		reloadedAt: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "netver_config_last_reload_success_timestamp_seconds",
			Help: "Unix time of the last load of the configuration that succeeded.",
		}),
	}
	p.registry.MustRegister(p.duration, p.lag, p.reloaded, p.reloadedAt,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		version.NewCollector("netver_exporter"))
	return p
}

// histogram is both classic and native.
func histogram(name, help string, buckets ...float64) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: name, Help: help, Buckets: buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	}
}

// observe takes a poll that has ended. A paused poll asked no device, so it has no duration. A poll from the slow lane waits
// as long as it must, so its lag says nothing about capacity.
func (p *process) observe(e poll.Event) {
	if e.Reason != failure.Paused {
		p.duration.Observe(e.Duration.Seconds())
	}
	if !e.Slow {
		p.lag.Observe(max(e.Lag, 0).Seconds())
	}
}

func (p *process) reload(ok bool, at time.Time) {
	p.reloaded.Set(truth(ok))
	if ok {
		p.reloadedAt.Set(millis(at))
	}
}
