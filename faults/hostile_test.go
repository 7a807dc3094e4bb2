//go:build faults

package faults

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestHostileScraper has clients do to the HTTP server what they should not, all at once, while devices are polled. Polls
// stay on time, memory stays bounded, and who dawdles is cut off.
func TestHostileScraper(t *testing.T) {
	t.Parallel()
	const (
		readers   = 30 // ask for much and read nothing
		dawdlers  = 200
		scrapers  = 200
		headroom  = 300e6 // bytes; answers to all of the requests at once would be several times that, since the race detector multiplies what is used
		headerEnd = 10 * time.Second
	)
	plan := pollSection{Interval: slowly(6 * time.Second), Timeout: slowly(5 * time.Second), ConnectTimeout: slowly(3 * time.Second), Concurrency: 32}
	devices := newDevices(t, "sw", 300, twoModes...)
	config := newConfig(t, startFleet(t, devices...), plan)
	e := run(t, config.write(t))
	first := e.awaitScrape(t, "all devices up", upOnes(devices...))

	for range readers {
		conn := e.dial(t)
		request := fmt.Sprintf("GET /metrics HTTP/1.1\r\nHost: %s\r\n\r\n", e.address)
		if _, err := io.WriteString(conn, strings.Repeat(request, 50)); err != nil {
			t.Fatal(err)
		}
	}
	var attack sync.WaitGroup
	for range dawdlers {
		conn := e.dial(t)
		attack.Go(func() { wantCutOff(t, conn, headerEnd+slowly(5*time.Second)) })
	}
	statuses := make(chan int, scrapers)
	for range scrapers {
		attack.Go(func() {
			status, _, err := fetch(t.Context(), http.MethodGet, e.url("/metrics"))
			if err != nil {
				t.Errorf("a scrape among many: %v", err)
			}
			statuses <- status
		})
	}
	attack.Go(func() {
		wantStatus(t, e.url("/metrics"), strings.Repeat("x", 1<<20), http.StatusRequestHeaderFieldsTooLarge)
	})
	flood := url.Values{"name[]": strings.Split(strings.Repeat("netver_devices ", 2000), " ")}.Encode()
	attack.Go(func() { wantStatus(t, e.url("/metrics?"+flood), "", http.StatusOK, http.StatusServiceUnavailable) })
	attack.Go(func() {
		wantStatus(t, e.url("/metrics?"+strings.Repeat(flood, 100)), "", http.StatusRequestHeaderFieldsTooLarge)
	})
	attack.Wait()
	close(statuses)
	count := make(map[int]int)
	for status := range statuses {
		count[status]++
	}
	if count[http.StatusOK] == 0 || count[http.StatusOK]+count[http.StatusServiceUnavailable] != scrapers {
		t.Errorf("statuses of %d scrapes at once: %v", scrapers, count)
	}

	_, last := e.awaitOnTime(t, config, devices...)
	if failed := failedBetween(first, last, devices); len(failed) > len(devices)/100 {
		t.Errorf("%d of %d devices failed, among them %s", len(failed), len(devices), failed[:min(len(failed), 5)])
	}
	const memory = "process_resident_memory_bytes"
	if grown := last.value(memory) - first.value(memory); grown > headroom {
		t.Errorf("%.0f MB more memory, want at most %.0f", grown/1e6, headroom/1e6)
	}
	t.Logf("statuses %v; memory %.0f MB before, %.0f MB after", count, first.value(memory)/1e6, last.value(memory)/1e6)
}

// dial opens a connection to the exporter that lasts as long as the test at most.
func (e *exporter) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", e.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// wantCutOff sends half a header and wants the server to close the connection in time.
func wantCutOff(t *testing.T, conn net.Conn, within time.Duration) {
	_ = conn.SetDeadline(time.Now().Add(within))
	_, _ = io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: lab\r\nX-Slow: ")
	_, err := io.Copy(io.Discard, conn)
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		t.Errorf("half a header was waited for longer than %v", within)
	}
}

// wantStatus asks with a header of that content, and wants one of the statuses.
func wantStatus(t *testing.T, url, header string, want ...int) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Error(err)
		return
	}
	request.Header.Set("X-Large", header)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Errorf("%.60s: %v", url, err)
		return
	}
	defer response.Body.Close()
	for _, status := range want {
		if response.StatusCode == status {
			return
		}
	}
	t.Errorf("%.60s: status %d, want one of %v", url, response.StatusCode, want)
}
