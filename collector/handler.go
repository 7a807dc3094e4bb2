package collector

import (
	"maps"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// Handler serves /metrics. promhttp decides on format and compression. In text, OpenMetrics and delimited protobuf the
// devices' series are put together of the rendered view; the debugging formats are left to promhttp whole. Of the options
// all hold but Timeout; ErrorHandling is ContinueOnError.
func (c *Collector) Handler(opts promhttp.HandlerOpts) http.Handler {
	opts.ErrorHandling = promhttp.ContinueOnError
	h := &handler{
		collector: c,
		opts:      opts,
		negotiate: promhttp.HandlerFor(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, nil }), opts),
		formats: map[expfmt.FormatType]format{
			expfmt.TypeTextPlain:   {&c.text, text{}},
			expfmt.TypeOpenMetrics: {&c.text, openMetrics{}},
			expfmt.TypeProtoDelim:  {&c.protobuf, protobuf{}},
		},
	}
	if opts.MaxRequestsInFlight > 0 {
		h.slots = NewSlots(opts.MaxRequestsInFlight)
		h.wholeSlots = NewSlots(min(opts.MaxRequestsInFlight, maxWhole))
		opts.MaxRequestsInFlight = 0
	}
	h.whole = promhttp.HandlerForTransactional(c, opts)
	return h
}

// maxWhole bounds the scrapes that promhttp answers where scrapes are bounded at all: each of them holds the whole fleet
// as metric families, some kilobytes a device, until its reader has them.
const maxWhole = 4

type handler struct {
	collector *Collector
	opts      promhttp.HandlerOpts
	negotiate http.Handler // sets the headers for format and encoding from the Accept headers; gathers nothing
	formats   map[expfmt.FormatType]format
	whole     http.Handler

	slots, wholeSlots *Slots // of all scrapes, and of those that promhttp answers; nil: no limit
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.slots.Serve(w, r, h.answer)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) {
	negotiated := headers{}
	h.negotiate.ServeHTTP(negotiated, r)
	contentType := expfmt.Format(negotiated.Header().Get("Content-Type"))
	format, isRendered := h.formats[contentType.FormatType()]
	compressor, known := compressors[negotiated.Header().Get("Content-Encoding")]
	if !known || !isRendered || strings.Contains(string(contentType), "version=2") {
		h.wholeSlots.Serve(w, r, h.whole.ServeHTTP)
		return
	}
	maps.Copy(w.Header(), negotiated)
	err := h.collector.expose(compressor(w), contentType, format, filter(r))
	if err != nil && h.opts.ErrorLog != nil {
		h.opts.ErrorLog.Println("write metrics:", err)
	}
}

// headers takes a response's headers and drops its body.
type headers http.Header

func (h headers) Header() http.Header         { return http.Header(h) }
func (h headers) Write(p []byte) (int, error) { return len(p), nil }
func (h headers) WriteHeader(int)             {}

// filter returns what the name[] parameters ask for.
func filter(r *http.Request) func(name string) bool {
	names := r.URL.Query()["name[]"]
	if len(names) == 0 {
		return func(string) bool { return true }
	}
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[name] = true
	}
	return func(name string) bool { return wanted[name] }
}
