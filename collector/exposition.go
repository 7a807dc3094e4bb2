package collector

import (
	"cmp"
	"errors"
	"io"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// encoding is how a format writes families of rendered series. Every method but size appends to b.
type encoding interface {
	label(b []byte, name, value string) []byte
	// number is the value, the end of a series.
	number(b []byte, kind dto.MetricType, v float64) []byte
	series(b []byte, name string, s series) []byte
	// size is the number of bytes that series appends.
	size(name string, s series) int
	head(b []byte, h heading) []byte
}

// heading is what stands before the series of a family.
type heading struct {
	name, help string
	kind       dto.MetricType
	size       int // of all series of the family, in bytes
}

// format is a format of /metrics whose series are rendered.
type format struct {
	rendering *rendering
	encoding  encoding // has the same series as the rendering's
}

// exposition is an answer to a scrape under way.
type exposition struct {
	w        io.Writer
	encoder  expfmt.Encoder // of families that are not rendered
	encoding encoding
	buffer   []byte
}

// bufferSize is how many bytes are put together before they are written.
const bufferSize = 32 << 10

// flush writes the buffer.
func (x *exposition) flush() error {
	_, err := x.w.Write(x.buffer)
	x.buffer = x.buffer[:0]
	return err
}

// writeSeries writes a family of rendered series: of appends each device's. A family without series is not shown.
func (x *exposition) writeSeries(h heading, devices []*rendered, of func([]series, *rendered) []series) error {
	if h.size == 0 {
		return nil
	}
	x.buffer = x.encoding.head(x.buffer, h)
	var all []series
	for _, r := range devices {
		all = of(all[:0], r)
		for _, s := range all {
			x.buffer = x.encoding.series(x.buffer, h.name, s)
		}
		if len(x.buffer) < bufferSize {
			continue
		}
		if err := x.flush(); err != nil {
			return err
		}
	}
	return x.flush()
}

// family is a part of the exposition.
type family struct {
	name  string
	write func(*exposition) error
}

// families are those of the devices; help is that of the platforms' own gauges by family name.
func (v view) families(help map[string]string) []family {
	var all []family
	add := func(h heading, of func([]series, *rendered) []series) {
		all = append(all, family{h.name, func(x *exposition) error { return x.writeSeries(h, v.devices, of) }})
	}
	for i := range metrics {
		m := &metrics[i]
		add(heading{m.name, m.help, m.kind, v.rows[i]}, func(all []series, r *rendered) []series {
			if s, ok := r.row(i); ok {
				all = append(all, s)
			}
			return all
		})
	}
	for name, size := range v.more {
		add(heading{name, helpOf(help, name), gauge, size}, func(all []series, r *rendered) []series { return r.appendMore(all, name) })
	}
	return all
}

// expose writes all families that pass the filter, sorted by name, and closes the writer. A gatherer that failed costs
// only its own families.
func (c *Collector) expose(w io.WriteCloser, negotiated expfmt.Format, f format, wanted func(string) bool) error {
	x := &exposition{w: w, encoder: expfmt.NewEncoder(w, negotiated), encoding: f.encoding}
	var families []family
	gathered, failed := c.process.registry.Gather()
	if source := c.source.Load(); source != nil {
		snapshot, view := f.rendering.latest(*source)
		fleet, err := gatherFleet(snapshot)
		gathered, failed = append(gathered, fleet...), errors.Join(failed, err)
		families = view.families(*c.help.Load())
	}
	for _, f := range gathered {
		families = append(families, family{f.GetName(), func(x *exposition) error { return x.encoder.Encode(f) }})
	}
	slices.SortFunc(families, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	for _, f := range families {
		if !wanted(f.name) || !c.shows(f.name) {
			continue
		}
		if err := f.write(x); err != nil {
			return errors.Join(failed, err, w.Close())
		}
	}
	if closer, ok := x.encoder.(expfmt.Closer); ok { // the end mark of OpenMetrics
		failed = errors.Join(failed, closer.Close())
	}
	return errors.Join(failed, w.Close())
}
