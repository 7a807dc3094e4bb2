package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
	"go.uber.org/goleak"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fewDevices are a device that is up and one that has not been polled.
type fewDevices struct{}

func noOrder(string) *version.Order { return nil }

func noNames(string) []string { return nil }

func (fewDevices) Snapshot() poll.Snapshot {
	at := time.Unix(1_700_000_000, 0)
	return poll.Snapshot{Devices: []*poll.Status{
		{
			Device: inventory.Device{
				Name: "lab-1", Address: "192.0.2.1:22", Platform: "cisco_ios", Credential: "netops", Group: "site1",
				Labels: []inventory.Label{{Name: "site", Value: "oslo"}},
			},
			Platform: "cisco_ios", Vendor: "Cisco", Polls: 3, Failures: 1, LastPoll: at, LastSuccess: at, Duration: 250 * time.Millisecond,
			BootTime: at.Add(-time.Hour),
			Facts:    parser.Facts{Version: "15.2(7)E", Uptime: &parser.Uptime{Age: time.Hour}},
		},
		{Device: inventory.Device{Name: "lab-2", Address: "192.0.2.2:22", Platform: "vyos", Credential: "netops", Group: "site1"}, Platform: "vyos"},
	}}
}

func newConfig() Config {
	c := Config{
		Version: "1.2.3",
		Metrics: collector.New(),
		Views:   fleet.NewCache(func(context.Context) poll.Snapshot { return fewDevices{}.Snapshot() }, noOrder, noNames),
		Poll: func(_ context.Context, name string) (*poll.Status, bool) {
			for _, s := range (fewDevices{}).Snapshot().Devices {
				if s.Device.Name == name {
					return s, true
				}
			}
			return nil, false
		},
		History: func(string) (poll.History, bool) { return poll.History{}, true },
		Origin:  func(*poll.Status) Origin { return Origin{} },
		Policy:  func() *version.Policy { return &version.Policy{} },
		Loaded:  func() (time.Time, bool) { return time.Unix(1_700_000_000, 0), true },
		Ready:   func() bool { return true },
		Reload:  func() error { return nil },
		Log:     slog.New(slog.DiscardHandler),
	}
	c.Metrics.Watch(fewDevices{})
	return c
}

func TestEndpoints(t *testing.T) {
	plain := newConfig()
	lifecycle := newConfig()
	lifecycle.Lifecycle = true
	broken := lifecycle
	broken.Reload = func() error { return errors.New("config.yml:3: no") }
	empty := newConfig()
	empty.Views = fleet.NewCache(func(context.Context) poll.Snapshot { return poll.Snapshot{} }, noOrder, noNames)
	others := newConfig()
	others.Views = fleet.NewCache(func(context.Context) poll.Snapshot {
		s := fewDevices{}.Snapshot()
		s.Devices[0].Owner = "http://192.0.2.7:9733"
		return s
	}, noOrder, noNames)
	others.Elsewhere = func(device string) string {
		if device == "lab-3" {
			return "replica b polls it, and does not answer"
		}
		return ""
	}
	starting := newConfig()
	starting.Ready = func() bool { return false }

	tests := []struct {
		name    string
		config  Config
		request string
		status  int
		want    string // in the body
		not     string // not in the body
	}{
		{"overview", plain, "GET /", 200, `<a href="devices/lab-1">`, ""},
		{"page of a device", plain, "GET /devices/lab-1", 200, "15.2(7)E", ""},
		{"page of nobody", plain, "GET /devices/lab-11", 404, "lab-1</a>", ""},
		{"versions", plain, "GET /versions", 200, "15.2(7)E", ""},
		{"nothing else", plain, "GET /favicon.ico", 404, "", ""},
		{"metrics", plain, "GET /metrics", 200, `netver_device_up{device="lab-1",site="oslo"} 1`, `netver_device_up{device="lab-2"`},
		{"metrics by name", plain, "GET /metrics?name[]=netver_device_up", 200, "netver_device_up", "netver_device_info"},
		{"probe", plain, "GET /probe?target=lab-1", 200, `netver_device_up{device="lab-1",site="oslo"} 1`, "lab-2"},
		{"probe of nobody", plain, "GET /probe?target=192.0.2.9", 404, `no device "192.0.2.9" in the inventory`, ""},
		{"probe of another replica's device", others, "GET /probe?target=lab-1", 307, `"lab-1" is polled by another replica: http://192.0.2.7:9733/probe?target=lab-1`, "netver_"},
		{"probe of a silent replica's device", others, "GET /probe?target=lab-3", 404, `no device "lab-3" here: replica b polls it, and does not answer`, "inventory"},
		{"probe of nobody in a cluster", others, "GET /probe?target=lab-4", 404, `no device "lab-4" in the inventory`, ""},
		{"a silent replica's device", others, "GET /api/v1/devices/lab-3", 404, `"error":"no device \"lab-3\" here: replica b polls it, and does not answer"`, ""},
		{"page of a silent replica's device", others, "GET /devices/lab-3", 404, "replica b polls it, and does not answer", "The inventory has no device"},
		{"text of a silent replica's device", others, "GET /devices/lab-3?format=text", 404, "no device \"lab-3\" here: replica b polls it, and does not answer", "in the inventory"},
		{"probe without a name", plain, "GET /probe", 400, "target=DEVICE", ""},
		{"devices", plain, "GET /api/v1/devices", 200, `"device":"lab-2","address":"192.0.2.2:22","group":"site1","platform":"vyos"`, "netops"},
		{"no devices", empty, "GET /api/v1/devices", 200, "[]", ""},
		{"no targets", empty, "GET /api/v1/targets", 200, "[]", ""},
		{"device", plain, "GET /api/v1/devices/lab-1", 200, `"state":"up","version":"15.2(7)E","uptime_seconds":3600,"boot_time":"2023-11-14T21:13:20Z"`, "lab-2"},
		{"pending device", plain, "GET /api/v1/devices/lab-2", 200, `"state":"pending"`, "last_poll"},
		{"nothing of the API", plain, "GET /api/v1/device", 404, `{"status":404,"error":"there is no /api/v1/device`, ""},
		{"no device", plain, "GET /api/v1/devices/lab-3", 404, `{"status":404,"error":"no device \"lab-3\"`, ""},
		{"targets", plain, "GET /api/v1/targets", 200, `{"targets":["192.0.2.1"],"labels":{"device":"lab-1","group":"site1","platform":"cisco_ios","site":"oslo"}}`, "netops"},
		{"targets on another port", plain, "GET /api/v1/targets?port=9116", 200, `{"targets":["192.0.2.1:9116"]`, "netops"},
		{"targets on no port", plain, "GET /api/v1/targets?port=x", 400, `port=\"x\"`, ""},
		{"healthy", starting, "GET /-/healthy", 200, "healthy", ""},
		{"ready", plain, "GET /-/ready", 200, "ready", ""},
		{"not ready", starting, "GET /-/ready", 503, "", ""},
		{"reload off", plain, "POST /-/reload", 403, "--web.enable-lifecycle", ""},
		{"reload", lifecycle, "POST /-/reload", 200, "", ""},
		{"reload by GET", lifecycle, "GET /-/reload", 405, "", ""},
		{"broken reload", broken, "POST /-/reload", 500, "config.yml:3: no", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := New(tt.config)
			if err != nil {
				t.Fatal(err)
			}
			method, url, _ := strings.Cut(tt.request, " ")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, url, nil))
			body := w.Body.String()
			if w.Code != tt.status || !strings.Contains(body, tt.want) || tt.not != "" && strings.Contains(body, tt.not) {
				t.Errorf("%s: status %d, want %d with %q and without %q; body:\n%s", tt.request, w.Code, tt.status, tt.want, tt.not, body)
			}
			if w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s: not JSON:\n%s", tt.request, body)
			}
		})
	}
}

// TestPagesAreCompressed has a browser be told so.
func TestPagesAreCompressed(t *testing.T) {
	h, err := New(newConfig())
	if err != nil {
		t.Fatal(err)
	}
	plain, compressed := httptest.NewRecorder(), httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	h.ServeHTTP(plain, r)
	r.Header.Set("Accept-Encoding", "gzip")
	h.ServeHTTP(compressed, r)
	if compressed.Header().Get("Content-Encoding") != "gzip" || compressed.Body.Len() > plain.Body.Len()/2 {
		t.Errorf("%d bytes of %d, %v", compressed.Body.Len(), plain.Body.Len(), compressed.Header())
	}
}

// A server that ends lets the request in flight end, and tells when it listens.
func TestServe(t *testing.T) {
	reserved, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := reserved.Addr().String()
	flags := &toolkit.FlagConfig{WebListenAddresses: &[]string{address}, WebSystemdSocket: new(bool), WebConfigFile: new(string)}
	log := slog.New(slog.DiscardHandler)

	if err := Serve(t.Context(), http.NotFoundHandler(), flags, log, make(chan string, 1)); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("port in use: error %v", err)
	}
	reserved.Close()

	arrived := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		io.WriteString(w, "whole")
	})
	ctx, stop := context.WithCancel(t.Context())
	listening, served := make(chan string, 1), make(chan error, 1)
	go func() { served <- Serve(ctx, h, flags, log, listening) }()
	if url := <-listening; url != "http://"+address+"/" {
		t.Errorf("listens at %s, want %s", url, address)
	}
	go func() { <-arrived; stop() }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); string(body) != "whole" || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// TestProbe looks at what is asked of the engine, and for how long.
func TestProbe(t *testing.T) {
	for _, tc := range []struct {
		name, method, target, timeout string
		status                        int
		asks                          bool
		from, to                      time.Duration // of the time that the poll is given
	}{
		{"GET", "GET", "lab-1", "", 200, true, time.Minute, writeTimeout - time.Second},
		{"HEAD asks nothing", "HEAD", "lab-1", "", 200, false, 0, 0},
		{"HEAD of nobody", "HEAD", "192.0.2.9", "", 404, false, 0, 0},
		{"POST", "POST", "lab-1", "", 405, false, 0, 0},
		{"as long as Prometheus waits", "GET", "lab-1", "10", 200, true, 9 * time.Second, 10 * time.Second},
		{"a short time", "GET", "lab-1", "0.4", 200, true, 100 * time.Millisecond, 300 * time.Millisecond},
		{"longer than an answer may take", "GET", "lab-1", "100000", 200, true, time.Minute, writeTimeout - time.Second},
		{"no number", "GET", "lab-1", "NaN", 200, true, time.Minute, writeTimeout - time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newConfig()
			known, asked := c.Poll, time.Duration(-1)
			c.Poll = func(ctx context.Context, name string) (*poll.Status, bool) {
				end, _ := ctx.Deadline()
				asked = time.Until(end)
				return known(ctx, name)
			}
			h, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(tc.method, "/probe?target="+tc.target, nil)
			if tc.timeout != "" {
				r.Header.Set(scrapeTimeoutHeader, tc.timeout)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tc.status || (asked >= 0) != tc.asks {
				t.Errorf("status %d, asked for %v", w.Code, asked)
			}
			if tc.asks && (asked < tc.from || asked > tc.to) {
				t.Errorf("the poll was given %v, want %v to %v", asked, tc.from, tc.to)
			}
		})
	}
}

// unread is a ResponseWriter whose reader does not read until it is cut off.
type unread struct {
	*httptest.ResponseRecorder
	began, cut chan struct{}
	once       sync.Once
}

func (u *unread) Write([]byte) (int, error) {
	u.once.Do(func() { close(u.began) })
	<-u.cut
	return 0, os.ErrDeadlineExceeded
}

func (u *unread) SetWriteDeadline(time.Time) error {
	close(u.cut)
	return nil
}

// TestSlowReadersOfTheAPI has as many clients as there are places not read what they asked for.
func TestSlowReadersOfTheAPI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := New(newConfig())
		if err != nil {
			t.Fatal(err)
		}
		var answers sync.WaitGroup
		var readers []*unread
		for range maxAnswers {
			u := &unread{ResponseRecorder: httptest.NewRecorder(), began: make(chan struct{}), cut: make(chan struct{})}
			readers = append(readers, u)
			answers.Go(func() { h.ServeHTTP(u, httptest.NewRequest("GET", "/api/v1/targets", nil)) })
			<-u.began
		}
		for _, tt := range []struct {
			url    string
			status int
			after  time.Duration
		}{
			{"/api/v1/devices", http.StatusServiceUnavailable, 0},
			{"/metrics", http.StatusOK, 0},
			{"/-/healthy", http.StatusOK, 0},
			{"/probe?target=lab-1", http.StatusOK, 0},
			{"/api/v1/devices", http.StatusOK, 2 * time.Second},
			{"/", http.StatusOK, 0},
		} {
			time.Sleep(tt.after)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", tt.url, nil))
			if w.Code != tt.status {
				t.Errorf("%s: status %d, want %d", tt.url, w.Code, tt.status)
			}
		}
		cutOff := 0
		for _, u := range readers {
			select {
			case <-u.cut:
				cutOff++
			default:
				close(u.cut)
			}
		}
		if cutOff != 1 { // its place is free again
			t.Errorf("%d readers were cut off, want 1", cutOff)
		}
		answers.Wait()
	})
}

// TestManyPeers: what other replicas ask is answered to so many at once; whether this one lives is answered always.
func TestManyPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		c := newConfig()
		c.Peers = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != cluster.StatusPath {
				<-release
			}
		})
		h, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		ask := func(path string) int {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			return w.Code
		}
		var asking sync.WaitGroup
		for range maxPeers {
			asking.Go(func() { ask("/-/cluster/devices") })
		}
		synctest.Wait()
		for path, want := range map[string]int{"/-/cluster/devices": 503, "/-/cluster/state": 503, cluster.StatusPath: 200, "/": 200} {
			if got := ask(path); got != want {
				t.Errorf("%s: status %d, want %d", path, got, want)
			}
		}
		close(release)
		asking.Wait()
	})
}
