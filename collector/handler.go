package collector

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// Handler serves /metrics. What promhttp decides it decides here too: format, compression, name[] filters. In the text
// formats the devices' series are put together of the rendered view; other formats are left to promhttp whole. Of
// the options all hold but Timeout; ErrorHandling is ContinueOnError.
func (c *Collector) Handler(opts promhttp.HandlerOpts) http.Handler {
	opts.ErrorHandling = promhttp.ContinueOnError
	h := &handler{
		collector: c,
		opts:      opts,
		// An empty gatherer makes promhttp decide and write nothing.
		decide: promhttp.HandlerFor(prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, nil }), opts),
	}
	if opts.MaxRequestsInFlight > 0 {
		h.slots = make(chan struct{}, opts.MaxRequestsInFlight)
		opts.MaxRequestsInFlight = min(opts.MaxRequestsInFlight, maxWhole)
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
	decide    http.Handler
	whole     http.Handler
	slots     chan struct{} // nil: no limit
}

// textFormats are those in which a series is the same line.
var textFormats = []expfmt.FormatType{expfmt.TypeTextPlain, expfmt.TypeOpenMetrics}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.slots != nil {
		select {
		case h.slots <- struct{}{}:
			defer func() { <-h.slots }()
		default:
			http.Error(w, "too many scrapes at once, try again later", http.StatusServiceUnavailable)
			return
		}
	}
	decided := headers{}
	h.decide.ServeHTTP(decided, r)
	format := expfmt.Format(decided.Header().Get("Content-Type"))
	compressor, known := compressors[decided.Header().Get("Content-Encoding")]
	if !known || !slices.Contains(textFormats, format.FormatType()) || strings.Contains(string(format), "version=2") {
		h.whole.ServeHTTP(w, r)
		return
	}
	maps.Copy(w.Header(), decided)
	err := h.collector.expose(compressor(w), format, filter(r))
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

// family is a part of the exposition.
type family struct {
	name  string
	write func(*page) error
}

// expose writes all families that pass the filter, sorted by name, and closes the writer. A gatherer that failed costs
// only its own families.
func (c *Collector) expose(w io.WriteCloser, format expfmt.Format, wanted func(string) bool) error {
	p := &page{w: w, encoder: expfmt.NewEncoder(w, format), openMetrics: format.FormatType() == expfmt.TypeOpenMetrics}
	gathered, failed := c.process.registry.Gather()
	var families []family
	if s, view, ok := c.latest(); ok {
		gathered = append(gathered, gatherFigures(s)...)
		families = view.families(*c.help.Load())
	}
	for _, f := range gathered {
		families = append(families, family{f.GetName(), func(p *page) error { return p.encoder.Encode(f) }})
	}
	slices.SortFunc(families, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	for _, f := range families {
		if !wanted(f.name) {
			continue
		}
		if err := f.write(p); err != nil {
			return errors.Join(failed, err, w.Close())
		}
	}
	if closer, ok := p.encoder.(expfmt.Closer); ok { // the end mark of OpenMetrics
		failed = errors.Join(failed, closer.Close())
	}
	return errors.Join(failed, w.Close())
}
