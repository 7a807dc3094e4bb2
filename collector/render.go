package collector

import (
	"slices"
	"strings"
	"sync"

	"github.com/netver/netver_exporter/poll"
)

// rendered is a device's series in one encoding, made once for each status: what does not change between two polls is not
// formatted again at each scrape. The parts stand in one string, which takes a third of the memory of whole series:
//
//	shared labels | labels of row 0 | value of row 0 | labels of row 1 | value of row 1 | …
type rendered struct {
	status *poll.Status
	parts  string
	shared uint32             // end of the labels that all series share
	rows   [len(metrics)]span // in the order of metrics
	own    []ownSeries        // the platform's own gauges, sorted by name
}

// span says where the parts of a row end in rendered.parts; they begin where the row before ends. The row has no series if
// its value is empty.
type span struct{ labelsEnd, end uint32 }

type ownSeries struct{ name, value string }

// series is the encoded parts of one series: the labels that all series of the device share, the row's own labels, and the
// value.
type series struct{ shared, labels, value string }

func render(s *poll.Status, enc encoding) *rendered {
	r := &rendered{status: s}
	var buf [1024]byte
	b := enc.label(buf[:0], "device", s.Device.Name)
	for _, l := range s.Device.Labels {
		b = enc.label(b, l.Name, l.Value)
	}
	r.shared = uint32(len(b))
	for i := range metrics {
		v, known := metrics[i].value(s)
		if known {
			for _, l := range metrics[i].labels {
				b = enc.label(b, l.name, l.value(s))
			}
		}
		labelsEnd := uint32(len(b))
		if known {
			b = enc.number(b, metrics[i].kind, v)
		}
		r.rows[i] = span{labelsEnd, uint32(len(b))}
	}
	r.parts = string(b)
	for name, v := range platformGauges(s) {
		r.own = append(r.own, ownSeries{prefix + name, string(enc.number(nil, gauge, v))})
	}
	slices.SortFunc(r.own, func(a, b ownSeries) int { return strings.Compare(a.name, b.name) })
	return r
}

// row returns the series of row i; ok is false if the device has none.
func (r *rendered) row(i int) (s series, ok bool) {
	start, row := r.shared, r.rows[i]
	if i > 0 {
		start = r.rows[i-1].end
	}
	return series{r.parts[:r.shared], r.parts[start:row.labelsEnd], r.parts[row.labelsEnd:row.end]}, row.labelsEnd < row.end
}

// gauge returns the series of a gauge of the platform's own; ok is false if the device has none.
func (r *rendered) gauge(name string) (s series, ok bool) {
	i, ok := slices.BinarySearchFunc(r.own, name, func(g ownSeries, name string) int { return strings.Compare(g.name, name) })
	if !ok {
		return series{}, false
	}
	return series{shared: r.parts[:r.shared], value: r.own[i].value}, true
}

// view is the rendered devices of one snapshot. It is not changed once it is made.
type view struct {
	devices []*rendered       // sorted by name
	rows    [len(metrics)]int // size of each row's series as its encoding counts it; 0: no series
	own     map[string]int    // the same of the platforms' own gauges, by family name
}

// next returns the view of a later snapshot. Devices whose status has not changed keep their parts; those that left are
// dropped.
func (v view) next(devices []*poll.Status, enc encoding) view {
	later := view{devices: make([]*rendered, len(devices)), own: map[string]int{}}
	old := v.devices
	for i, s := range devices {
		for len(old) > 0 && old[0].status.Device.Name < s.Device.Name {
			old = old[1:]
		}
		if len(old) > 0 && old[0].status == s {
			later.add(i, old[0], enc)
		} else {
			later.add(i, render(s, enc), enc)
		}
	}
	return later
}

func (v *view) add(i int, r *rendered, enc encoding) {
	v.devices[i] = r
	for row := range metrics {
		if s, ok := r.row(row); ok {
			v.rows[row] += enc.size(metrics[row].name, s)
		}
	}
	for _, own := range r.own {
		v.own[own.name] += enc.size(own.name, series{shared: r.parts[:r.shared], value: own.value})
	}
}

// rendering is the view that was last scraped in one encoding; it takes no memory while nobody asks for that encoding.
// It may be used by many at once.
type rendering struct {
	encoding encoding
	mu       sync.Mutex
	view     view
}

// latest takes a snapshot and renders what has changed since the last one. Scrapes at the same time share the work.
func (r *rendering) latest(source Source) (poll.Snapshot, view) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := source.Snapshot()
	r.view = r.view.next(s.Devices, r.encoding)
	return s, r.view
}
