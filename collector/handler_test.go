package collector

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

const (
	asText        = "text/plain;version=0.0.4"
	asOpenMetrics = "application/openmetrics-text;version=1.0.0"
	asProtobuf    = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

	asProtobufText = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text" // for debugging
)

var options = promhttp.HandlerOpts{EnableOpenMetrics: true}

// get answers a request and undoes the compression.
func get(t *testing.T, h http.Handler, url, accept, encoding string) (string, http.Header) {
	t.Helper()
	req := httptest.NewRequest("GET", url, nil)
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", encoding)
	rsp := httptest.NewRecorder()
	h.ServeHTTP(rsp, req)
	if rsp.Code != http.StatusOK {
		t.Fatalf("status %d: %s", rsp.Code, rsp.Body)
	}
	var body io.Reader = rsp.Body
	var err error
	switch rsp.Header().Get("Content-Encoding") {
	case "gzip":
		body, err = gzip.NewReader(body)
	case "zstd":
		body, err = zstd.NewReader(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), rsp.Header()
}

// The headers that --web.config.file adds to every answer are set before the handler runs.
func TestHandlerKeepsHeaders(t *testing.T) {
	h := sample().Handler(options)
	for _, accept := range []string{asText, asProtobuf} {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.Header.Set("Accept", accept)
		rsp := httptest.NewRecorder()
		rsp.Header().Set("X-Content-Type-Options", "nosniff")
		h.ServeHTTP(rsp, req)
		if rsp.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", accept, rsp.Header())
		}
	}
}

func TestHandlerBeforeThereIsASource(t *testing.T) {
	got, _ := get(t, New().Handler(options), "/metrics", asText, "")
	if !strings.Contains(got, "go_goroutines") || strings.Contains(got, "netver_workers") {
		t.Errorf("want the process alone:\n%s", got)
	}
}

// stuck is a ResponseWriter whose reader does not read.
type stuck struct {
	discard
	writes  chan struct{}
	release chan struct{}
}

func (s *stuck) Write(p []byte) (int, error) {
	select {
	case s.writes <- struct{}{}:
	default:
	}
	<-s.release
	return len(p), nil
}

func TestHandlerBoundsScrapes(t *testing.T) {
	opts := options
	opts.MaxRequestsInFlight = 2
	h := sample().Handler(opts)
	var scrapes sync.WaitGroup
	release := make(chan struct{})
	for range 2 {
		w := &stuck{discard: discard{header: http.Header{}}, writes: make(chan struct{}, 1), release: release}
		scrapes.Go(func() { h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil)) })
		<-w.writes
	}
	rsp := httptest.NewRecorder()
	h.ServeHTTP(rsp, httptest.NewRequest("GET", "/metrics", nil))
	if rsp.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d for the third scrape at once, want 503", rsp.Code)
	}
	close(release)
	scrapes.Wait()
	get(t, h, "/metrics", asText, "gzip")
}

func TestHandlerBoundsWholeFleetsInMemory(t *testing.T) {
	opts := options
	opts.MaxRequestsInFlight = 10 * maxWhole
	h := sample().Handler(opts)
	scrape := func(w http.ResponseWriter) {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.Header.Set("Accept", asProtobufText)
		h.ServeHTTP(w, req)
	}
	var scrapes sync.WaitGroup
	release := make(chan struct{})
	for range maxWhole {
		w := &stuck{discard: discard{header: http.Header{}}, writes: make(chan struct{}, 1), release: release}
		scrapes.Go(func() { scrape(w) })
		<-w.writes
	}
	rsp := httptest.NewRecorder()
	scrape(rsp)
	if rsp.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", rsp.Code)
	}
	get(t, h, "/metrics", asText, "gzip")
	close(release)
	scrapes.Wait()
}

func TestViewKeepsWhatHasNotChanged(t *testing.T) {
	a, b, c := healthy(1), healthy(2), healthy(3)
	first := view{}.next([]*poll.Status{a, b, c}, text{})
	changed := *b
	changed.Polls++
	d := healthy(4)
	second := first.next([]*poll.Status{&changed, c, d}, text{})
	was, is := first.devices, second.devices
	if len(is) != 3 || is[1] != was[2] || is[0] == was[1] || is[0].status != &changed || is[2].status != d {
		t.Errorf("view %v after %v", is, was)
	}
	if third := second.next(nil, text{}); len(third.devices) != 0 || third.rows != [len(metrics)]int{} {
		t.Errorf("%d devices left, series %v", len(third.devices), third.rows)
	}
}

// Whatever the format, a scrape of a fleet that has not changed formats no series anew.
func TestScrapesAllocateNothingByDevice(t *testing.T) {
	const devices = 5_000
	h := watching(many(devices)).Handler(options)
	for _, accept := range []string{asText, asOpenMetrics, asProtobuf} {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.Header.Set("Accept", accept)
		allocs := testing.AllocsPerRun(3, func() { h.ServeHTTP(&discard{header: http.Header{}}, req) })
		if allocs > devices {
			t.Errorf("%s: %v allocations for %d devices", accept, allocs, devices)
		}
	}
}

func TestLongLabels(t *testing.T) {
	s := fleet()
	s.Devices[1].Device.Labels = []inventory.Label{{Name: "note", Value: strings.Repeat("ä\n", 100_000)}}
	c := watching(s)
	want, _ := get(t, promhttp.HandlerForTransactional(c, options), "/metrics", asText, "")
	got, _ := get(t, c.Handler(options), "/metrics", asText, "")
	if !cmp.Equal(lines(want), lines(got)) {
		t.Error("the exposition differs from promhttp's")
	}
}

// turning is a Source whose statuses change all the time.
type turning struct{ fleet atomic.Pointer[poll.Snapshot] }

func (s *turning) Snapshot() poll.Snapshot { return *s.fleet.Load() }

func (s *turning) turn(n int) {
	f := fleet()
	f.Devices = nil
	for i := range 50 {
		d := healthy(i)
		d.Polls = uint64(n)
		if (i+n)%7 > 0 {
			f.Devices = append(f.Devices, d)
		}
	}
	s.fleet.Store(&f)
}

func TestScrapesWhileStatusesChange(t *testing.T) {
	source := new(turning)
	source.turn(0)
	c := New()
	c.Watch(source)
	h := c.Handler(options)
	stop := make(chan struct{})
	var polls, scrapes sync.WaitGroup
	polls.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
				source.turn(n)
				c.Observe(poll.Event{Duration: time.Second})
			}
		}
	})
	for i := range 8 {
		accept := []string{asText, asOpenMetrics, asProtobuf}[i%3]
		scrapes.Go(func() {
			for range 20 {
				req := httptest.NewRequest("GET", "/metrics", nil)
				req.Header.Set("Accept", accept)
				rsp := httptest.NewRecorder()
				h.ServeHTTP(rsp, req)
				if rsp.Code != http.StatusOK || !bytes.Contains(rsp.Body.Bytes(), []byte("netver_device_up")) {
					t.Errorf("status %d", rsp.Code)
				}
			}
		})
	}
	scrapes.Wait()
	close(stop)
	polls.Wait()
}

var _ prometheus.TransactionalGatherer = (*Collector)(nil)
