// Package web serves the exporter's HTTP: metrics, probes, health, reload, and the JSON API. It knows requests and
// answers; it polls nothing itself and reads only snapshots.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/pages"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// What is answered at once is bounded, so that a flood cannot eat memory: the next request takes the place of one whose reader is
// slow, or gets 503.
const (
	maxScrapes = 40
	maxAnswers = 40 // pages and answers of the API
	maxPeers   = 16 // answers to other replicas, which may have all of this one's devices in them
	maxPolls   = 40 // polls that a page was asked for
)

// Config is what the pages show and act on.
type Config struct {
	Version   string
	Metrics   *collector.Collector
	Poll      func(ctx context.Context, device string) (*poll.Status, bool)
	Views     *fleet.Cache
	History   func(device string) (poll.History, bool)
	Origin    func(*poll.Status) Origin
	Elsewhere func(device string) string     // why a device of the inventory is in no view, "" if it is in no inventory; nil: all are in the views
	Policy    func() *version.Policy         // what versions are judged by
	Loaded    func() (at time.Time, ok bool) // the latest load of the configuration that succeeded, and whether the latest did
	Ready     func() bool                    // the first inventory has been loaded
	Reload    func() error                   // builds the new configuration whole, then swaps
	Peers     http.Handler                   // answers other replicas below cluster.Path; nil: there are none
	Lifecycle bool                           // whether POST /-/reload is allowed
	Log       *slog.Logger
}

// Origin is where a device comes from, and the host keys that are known of it.
type Origin = pages.Origin

// HostKey is a line of a known_hosts file.
type HostKey = pages.HostKey

// endpoints is every path that is served beside the pages for people. A scrape, a health check and a reload do not fail for
// parameters that they do not read.
var endpoints = []struct {
	pattern string
	handler func(Config) http.Handler
}{
	{"GET /metrics", metrics},
	{"GET /probe", reading(probe, "target")},
	{"/api/v1/devices", devices}, // fleet.Parse checks its parameters
	{"/api/v1/devices/{name}", reading(device)},
	{"/api/v1/versions", reading(versions)},
	{"/api/v1/status", reading(status)},
	{"/api/v1/openapi.yaml", reading(openapi)},
	{"/api/v1/targets", reading(targets, "port")},
	{"GET /-/healthy", healthy},
	{"GET /-/ready", ready},
	{"/-/reload", reload},
}

// bounded keeps the pages and the API from being asked by more at once than there are slots. What polls takes its own time, and has
// slots of its own.
func bounded(answers, polls *collector.Slots, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := polls
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			s = answers
		}
		s.Serve(w, r, h.ServeHTTP)
	})
}

// New returns the handler of all endpoints and pages, with what protects a browser around it.
func New(c Config) (http.Handler, error) {
	mux, answers, polls := http.NewServeMux(), collector.NewSlots(maxAnswers), collector.NewSlots(maxPolls)
	for _, e := range endpoints {
		h := e.handler(c)
		if strings.HasPrefix(e.pattern, "/api/") {
			h = bounded(answers, polls, h)
		}
		mux.Handle(e.pattern, h)
	}
	people, err := pages.New(pages.Config{
		Version: c.Version, Views: c.Views, Poll: c.Poll, History: c.History, Origin: c.Origin, Elsewhere: c.Elsewhere, Policy: c.Policy, Loaded: c.Loaded,
	})
	if err != nil {
		return nil, err
	}
	for pattern, handler := range people.Routes() {
		mux.Handle(pattern, bounded(answers, polls, gzhttp.GzipHandler(handler)))
	}
	if c.Peers != nil {
		mux.Handle(cluster.StatusPath, c.Peers)
		peers := collector.NewSlots(maxPeers)
		mux.Handle(cluster.Path, bounded(peers, peers, gzhttp.GzipHandler(c.Peers)))
	}
	mux.Handle("/api/v1/", unknown())
	return secure(mux), nil
}

func metrics(c Config) http.Handler {
	return c.Metrics.Handler(promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(c.Log.Handler(), slog.LevelError),
		MaxRequestsInFlight: maxScrapes,
		EnableOpenMetrics:   true,
	})
}

func healthy(Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "netver_exporter is healthy.")
	})
}

func ready(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !c.Ready() {
			http.Error(w, "The inventory has not been loaded yet.", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "netver_exporter is ready.")
	})
}

func reload(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodPost && r.Method != http.MethodPut:
			w.Header().Set("Allow", "POST, PUT")
			http.Error(w, "reload with POST or PUT", http.StatusMethodNotAllowed)
		case !c.Lifecycle:
			http.Error(w, "Lifecycle API is not enabled. Start with --web.enable-lifecycle.", http.StatusForbidden)
		default:
			if err := c.Reload(); err != nil {
				http.Error(w, fmt.Sprintf("failed to reload config: %v", err), http.StatusInternalServerError)
			}
		}
	})
}

// writeTimeout is how long an answer may take from the request on.
const writeTimeout = 2 * time.Minute

// grace is how long requests in flight may take to end once the exporter stops.
const grace = time.Second

// Serve answers requests with the handler until it fails or the context ends, and then lets requests in flight end. It
// sends the URL of the first address once every address is bound; listening must have room for it. Its limits keep slow and hostile clients from holding memory or
// connections; a scrape of 50,000 devices fits into the write timeout even over a slow line.
func Serve(ctx context.Context, h http.Handler, flags *toolkit.FlagConfig, log *slog.Logger, listening chan<- string) error {
	warnings, err := CheckConfig(*flags.WebConfigFile)
	if err != nil {
		return err
	}
	for _, warning := range warnings {
		log.Warn(warning)
	}
	var bound sync.Once
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext: func(l net.Listener) context.Context { // the first that runs with a bound listener
			bound.Do(func() { listening <- urlOf(l) })
			return context.WithoutCancel(ctx)
		},
	}
	failed := make(chan error, 1)
	go func() { failed <- toolkit.ListenAndServe(server, flags, log) }()
	select {
	case err := <-failed:
		return explainListen(err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if server.Shutdown(end) != nil {
		_ = server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// urlOf is what to open in a browser on this machine.
func urlOf(l net.Listener) string {
	scheme := "https"
	if _, plain := l.(*net.TCPListener); plain { // the other kind is that of crypto/tls
		scheme = "http"
	}
	address := l.Addr().String()
	if tcp, ok := l.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		address = net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return scheme + "://" + address + "/"
}

// explainListen says of an address on which nobody can listen what to do.
func explainListen(err error) error {
	listen, ok := errors.AsType[*net.OpError](err)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w: another program has it; --web.listen-address takes another address", err)
	case ok && listen.Op == "listen":
		return fmt.Errorf("%w; --web.listen-address wants an address of this machine and a port that this user may take, such as :9733", err)
	}
	return err
}
