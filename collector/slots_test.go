package collector

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// reader is a ResponseWriter whose reader takes its time over each write.
type reader struct {
	discard
	takes   time.Duration
	expired chan struct{} // closed once the deadline for writes has come
}

func newReader(takes time.Duration) *reader {
	return &reader{discard: discard{header: http.Header{}}, takes: takes, expired: make(chan struct{})}
}

func (r *reader) Write(p []byte) (int, error) {
	select {
	case <-r.expired:
		return 0, os.ErrDeadlineExceeded
	case <-time.After(r.takes):
		return len(p), nil
	}
}

func (r *reader) SetWriteDeadline(time.Time) error {
	close(r.expired)
	return nil
}

// TestSlotsOfSlowReaders has a scrape come when all slots are taken, and looks at who is cut off for it.
func TestSlotsOfSlowReaders(t *testing.T) {
	const never = time.Hour
	for name, tt := range map[string]struct {
		readers []time.Duration // for each write
		after   time.Duration
		cutOff  int // a reader; -1: none, and the scrape is refused
	}{
		"nobody has waited long":         {[]time.Duration{never, never}, patience - time.Millisecond, -1},
		"the first that does not read":   {[]time.Duration{100 * time.Millisecond, never}, patience + 10*time.Millisecond, 1},
		"by crumbs":                      {[]time.Duration{patience / 2, patience / 10}, 3 * patience, 0},
		"a server that is slow, no more": {[]time.Duration{0, 0}, 5 * patience, -1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := NewSlots(len(tt.readers))
				stop := make(chan struct{})
				errs := make([]error, len(tt.readers))
				var scrapes sync.WaitGroup
				readers := make([]*reader, len(tt.readers))
				for i, takes := range tt.readers {
					readers[i] = newReader(takes)
					scrapes.Go(func() {
						s.Serve(readers[i], nil, func(w http.ResponseWriter, _ *http.Request) {
							for errs[i] == nil {
								select {
								case <-stop:
									return
								case <-time.After(time.Duration(i+1) * time.Millisecond): // it is put together
									_, errs[i] = w.Write(make([]byte, bufferSize))
								}
							}
						})
					})
				}
				time.Sleep(tt.after)
				w := httptest.NewRecorder()
				s.Serve(w, nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
				if refused := w.Code == http.StatusServiceUnavailable; refused != (tt.cutOff < 0) {
					t.Errorf("status %d", w.Code)
				}
				synctest.Wait()
				for i, err := range errs {
					if (err != nil) != (i == tt.cutOff) {
						t.Errorf("reader %d: error %v", i, err)
					}
				}
				close(stop)
				for i, r := range readers {
					if i != tt.cutOff {
						close(r.expired) // lets it end
					}
				}
				scrapes.Wait()
				if len(s.taken) > 0 {
					t.Errorf("%d slots are still taken", len(s.taken))
				}
			})
		})
	}
}

// TestScrapesWhileNobodyReads takes every slot over real connections that are not read, in a format that is rendered and in
// one that is not, and scrapes.
func TestScrapesWhileNobodyReads(t *testing.T) {
	for accept, devices := range map[string]int{asText: 6_000, asProtobufText: 2_000} { // more than the buffers of a connection hold
		opts := options
		opts.MaxRequestsInFlight = maxWhole
		server := httptest.NewServer(watching(many(devices)).Handler(opts))
		defer server.Close()
		for range maxWhole {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.(*net.TCPConn).SetReadBuffer(bufferSize); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(conn, "GET /metrics HTTP/1.1\r\nHost: lab\r\nAccept: %s\r\n\r\n", accept)
			if _, err := conn.Read(make([]byte, 1)); err != nil { // the answer has begun
				t.Fatal(err)
			}
		}
		start := time.Now()
		for {
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
			request.Header.Set("Accept", accept)
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				if err != nil {
					t.Errorf("%s: after %d bytes: %v", accept, n, err)
				}
				t.Logf("%s: %d bytes after %v", accept, n, time.Since(start))
				break
			}
			if time.Since(start) > 20*patience {
				t.Fatalf("%s: status %d after %v", accept, response.StatusCode, time.Since(start))
			}
			<-time.After(patience / 10)
		}
	}
}

// TestScrapesWhileNobodyReadsHTTP2 is the same over one connection of HTTP/2, where the writes of an answer wait for its stream.
func TestScrapesWhileNobodyReadsHTTP2(t *testing.T) {
	opts := options
	opts.MaxRequestsInFlight = 2
	server := httptest.NewUnstartedServer(watching(many(6_000)).Handler(opts))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	scrape := func() *http.Response {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		request.Header.Set("Accept-Encoding", "identity")
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	for range opts.MaxRequestsInFlight {
		response := scrape()
		defer response.Body.Close()
		if response.ProtoMajor != 2 || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", response.Proto, response.Status)
		}
	}
	for start := time.Now(); ; <-time.After(patience / 10) {
		response := scrape()
		n, err := io.Copy(io.Discard, response.Body)
		response.Body.Close()
		switch {
		case response.StatusCode == http.StatusOK && err != nil:
			t.Errorf("after %d bytes: %v", n, err)
			return
		case response.StatusCode == http.StatusOK:
			return
		case time.Since(start) > 20*patience:
			t.Fatalf("status %d after %v", response.StatusCode, time.Since(start))
		}
	}
}
