package collector

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// lines are the exposition's, with numbers written in one way and without what changes from one scrape to the next.
func lines(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name := strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE ")
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		if i := strings.LastIndexByte(line, ' '); !strings.HasPrefix(line, "#") {
			v, err := strconv.ParseFloat(line[i+1:], 64)
			if v == 0 {
				v = 0 // without a sign
			}
			if err == nil {
				line = line[:i+1] + strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
		all = append(all, strings.ReplaceAll(strings.ReplaceAll(line, `.0"}`, `"}`), "+Inf", "Inf"))
	}
	return all
}

func TestHandlerSaysWhatPromhttpSays(t *testing.T) {
	c := sample()
	c.Declare([]*parser.Platform{platform("fans_failed", "Fans \\ \"failed\"\nas of the latest poll.")})
	handler, reference := c.Handler(options), promhttp.HandlerForTransactional(c, options)
	for _, accept := range []string{"", asText, asOpenMetrics, asProtobuf, "*/*", "application/json"} {
		for _, encoding := range []string{"", "gzip", "zstd", "zstd, gzip;q=0.5", "gzip;q=0", "br"} {
			for _, query := range []string{"", "?name[]=netver_device_up&name[]=netver_workers", "?name[]=none", "?name[]=netver_fans_failed"} {
				t.Run(fmt.Sprintf("%s/%s/%s", accept, encoding, query), func(t *testing.T) {
					want, wantHeader := get(t, reference, "/metrics"+query, accept, encoding)
					got, gotHeader := get(t, handler, "/metrics"+query, accept, encoding)
					if diff := cmp.Diff(wantHeader, gotHeader); diff != "" {
						t.Errorf("headers (-want +got):\n%s", diff)
					}
					if accept == asProtobuf {
						if diff := cmp.Diff(ours(decode(t, want)), ours(decode(t, got)), protocmp.Transform()); diff != "" {
							t.Errorf("families (-want +got):\n%s", diff)
						}
						return
					}
					if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
						t.Errorf("body (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// decode reads the delimited protobuf format.
func decode(t *testing.T, body string) (families []*dto.MetricFamily) {
	t.Helper()
	decoder := expfmt.NewDecoder(strings.NewReader(body), expfmt.NewFormat(expfmt.TypeProtoDelim))
	for {
		family := new(dto.MetricFamily)
		err := decoder.Decode(family)
		if errors.Is(err, io.EOF) {
			return families
		}
		if err != nil {
			t.Fatalf("family %d: %v", len(families), err)
		}
		families = append(families, family)
	}
}

// parse reads the text format.
func parse(t *testing.T, body string) []*dto.MetricFamily {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	byName, err := p.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var families []*dto.MetricFamily
	for _, family := range byName {
		families = append(families, family)
	}
	return families
}

// bare returns the series of an OpenMetrics text alone: names of counters' families differ in what is said of them.
func bare(body string) string {
	return regexp.MustCompile("(?m)^#.*\n").ReplaceAllString(body, "")
}

// samples are the series of families and their values, histograms as the classic series that text has of them.
func samples(families []*dto.MetricFamily) map[string]float64 {
	all := map[string]float64{}
	for _, f := range ours(families) {
		for _, m := range f.Metric {
			add := func(suffix string, v float64, more ...string) {
				labels := more
				for _, l := range m.Label {
					if bound, err := strconv.ParseFloat(l.GetValue(), 64); err == nil && l.GetName() == "le" {
						l.Value = ptr(fmt.Sprint(bound)) // OpenMetrics writes 1.0
					}
					labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
				}
				slices.Sort(labels)
				all[fmt.Sprintf("%s%s{%s}", f.GetName(), suffix, strings.Join(labels, ","))] = v
			}
			switch {
			case m.Histogram != nil:
				add("_sum", m.Histogram.GetSampleSum())
				add("_count", float64(m.Histogram.GetSampleCount()))
				add("_bucket", float64(m.Histogram.GetSampleCount()), `le="+Inf"`)
				for _, b := range m.Histogram.Bucket {
					add("_bucket", float64(b.GetCumulativeCount()), fmt.Sprintf("le=%q", fmt.Sprint(b.GetUpperBound())))
				}
			case m.Counter != nil:
				add("", m.Counter.GetValue())
			case m.Gauge != nil:
				add("", m.Gauge.GetValue())
			default:
				add("", m.Untyped.GetValue())
			}
		}
	}
	return all
}

// The three formats have the same series with the same values, and text and protobuf the same types and HELP.
func TestFormatsAgree(t *testing.T) {
	c := sample()
	scrape := func(accept string) string {
		body, _ := get(t, c.Handler(options), "/metrics", accept, "")
		return body
	}
	text, protobuf := parse(t, scrape(asText)), decode(t, scrape(asProtobuf))
	want := samples(protobuf)
	for _, series := range []string{
		`netver_device_up{device="lab-sw-1",role="the \"edge\"",site="lab\\1"}`, `netver_device_failure_reason{device="lab-sw-2",reason="auth"}`,
		`netver_device_polls_total{device="lab-sw-3"}`, `netver_fans_failed{device="lab-sw-1",role="the \"edge\"",site="lab\\1"}`,
		`netver_poll_duration_seconds_bucket{le="2.5"}`, `netver_devices{state="pending"}`,
	} {
		if _, ok := want[series]; !ok {
			t.Errorf("protobuf has no %s", series)
		}
	}
	if diff := cmp.Diff(want, samples(text)); diff != "" {
		t.Errorf("-protobuf +text:\n%s", diff)
	}
	if diff := cmp.Diff(want, samples(parse(t, bare(scrape(asOpenMetrics))))); diff != "" {
		t.Errorf("-protobuf +OpenMetrics:\n%s", diff)
	}
	if diff := cmp.Diff(heads(protobuf), heads(text)); diff != "" {
		t.Errorf("heads (-protobuf +text):\n%s", diff)
	}
}

func heads(families []*dto.MetricFamily) map[string]string {
	all := map[string]string{}
	for _, f := range ours(families) {
		all[f.GetName()] = f.GetType().String() + " " + f.GetHelp()
	}
	return all
}

// Prometheus takes the native histogram from protobuf alone.
func TestNativeHistograms(t *testing.T) {
	c := sample()
	for _, seconds := range []float64{0.07, 0.3, 0.3, 12} {
		c.Observe(poll.Event{Duration: time.Duration(seconds * float64(time.Second))})
	}
	body, _ := get(t, c.Handler(options), "/metrics", asProtobuf, "gzip")
	i := slices.IndexFunc(decode(t, body), func(f *dto.MetricFamily) bool { return f.GetName() == "netver_poll_duration_seconds" })
	if i < 0 {
		t.Fatal("there is no netver_poll_duration_seconds")
	}
	h := decode(t, body)[i].Metric[0].Histogram
	var counts []int64
	count := int64(0)
	for _, delta := range h.PositiveDelta {
		if count += delta; count > 0 {
			counts = append(counts, count)
		}
	}
	if h.Schema == nil || h.GetSampleCount() != 6 || len(h.Bucket) == 0 || !slices.Equal(counts, []int64{1, 2, 2, 1}) {
		t.Errorf("counts %v, want those of 0.07, 0.3 twice, 2 twice, 12, in native and classic buckets: %v", counts, h)
	}
}

func FuzzRender(f *testing.F) {
	f.Add("lab-sw-1", "edge", "17.9.4a", 1.5)
	f.Add("a\"b\\c\nd", "\xff", "\x00", math.Copysign(0, -1))
	f.Fuzz(func(t *testing.T, name, label, version string, load float64) {
		s := fleet()
		d := healthy(1)
		d.Device.Name, d.Device.Labels[0].Value, d.Facts.Version = name, label, version
		d.Facts.Gauges = map[string]float64{"load": load}
		s.Devices = []*poll.Status{d}
		c := watching(s)
		want, _ := get(t, promhttp.HandlerForTransactional(c, options), "/metrics", asText, "")
		got, _ := get(t, c.Handler(options), "/metrics", asText, "")
		if diff := cmp.Diff(lines(want), lines(got)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		want, _ = get(t, promhttp.HandlerForTransactional(c, options), "/metrics", asProtobuf, "")
		got, _ = get(t, c.Handler(options), "/metrics", asProtobuf, "")
		if diff := cmp.Diff(ours(decode(t, want)), ours(decode(t, got)), protocmp.Transform(), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("protobuf (-want +got):\n%s", diff)
		}
	})
}
