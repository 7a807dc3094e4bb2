package collector

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
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
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

const (
	asText        = "text/plain;version=0.0.4"
	asOpenMetrics = "application/openmetrics-text;version=1.0.0"
	asProtobuf    = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
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
	ours, reference := c.Handler(options), promhttp.HandlerForTransactional(c, options)
	for _, accept := range []string{"", asText, asOpenMetrics, asProtobuf, "*/*", "application/json"} {
		for _, encoding := range []string{"", "gzip", "zstd", "zstd, gzip;q=0.5", "gzip;q=0", "br"} {
			for _, query := range []string{"", "?name[]=netver_device_up&name[]=netver_workers", "?name[]=none", "?name[]=netver_fans_failed"} {
				t.Run(fmt.Sprintf("%s/%s/%s", accept, encoding, query), func(t *testing.T) {
					want, wantHeader := get(t, reference, "/metrics"+query, accept, encoding)
					got, gotHeader := get(t, ours, "/metrics"+query, accept, encoding)
					if diff := cmp.Diff(wantHeader, gotHeader); diff != "" {
						t.Errorf("headers (-want +got):\n%s", diff)
					}
					if accept == asProtobuf {
						if (len(got) == 0) != (len(want) == 0) {
							t.Errorf("%d bytes, want about %d", len(got), len(want))
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
		req.Header.Set("Accept", asProtobuf)
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
	first := view(nil).next([]*poll.Status{a, b, c})
	changed := *b
	changed.Polls++
	d := healthy(4)
	second := first.next([]*poll.Status{&changed, c, d})
	if len(second) != 3 || second[1] != first[2] || second[0] == first[1] || second[0].status != &changed || second[2].status != d {
		t.Errorf("view %v after %v", second, first)
	}
	if third := second.next(nil); len(third) != 0 {
		t.Errorf("%d devices left", len(third))
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
	})
}

var _ prometheus.TransactionalGatherer = (*Collector)(nil)
