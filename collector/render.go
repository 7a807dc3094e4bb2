package collector

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/netver/netver_exporter/poll"
)

// rendered is a device's series in one encoding, made once for each status: what does not change between two polls is not
// formatted again at each scrape. The parts stand in one string, which takes a third of the memory of whole series:
//
//	shared labels | labels and value of row 0 | labels and value of row 1 | …
type rendered struct {
	status *poll.Status
	parts  string
	shared uint32               // end of the labels that all series share
	ends   [len(metrics)]uint32 // of the rows, in the order of metrics; a row begins where the one before ends
	more   []moreSeries         // of lists, and the platform's own gauges; sorted by name
}

// moreSeries is what a series of the family has besides the labels that all series of the device share.
type moreSeries struct{ name, rest string }

// series is the encoded parts of one series: the labels that all series of the device share, then the row's own labels
// and the value. rest is never empty.
type series struct{ shared, rest string }

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
				if value := l.value(s); !l.without(value) {
					b = enc.label(b, l.name, value)
				}
			}
			b = enc.number(b, metrics[i].kind, v)
		}
		r.ends[i] = uint32(len(b))
	}
	r.parts = string(b)
	for i := range lists {
		l := &lists[i]
		l.values(s, func(v float64, values ...string) {
			b := []byte(r.parts[:r.shared])
			for i, name := range l.labels {
				b = enc.label(b, name, values[i])
			}
			r.more = append(r.more, moreSeries{l.name, string(enc.number(b, gauge, v)[r.shared:])})
		})
	}
	for name, v := range platformGauges(s) {
		r.more = append(r.more, moreSeries{prefix + name, string(enc.number(nil, gauge, v))})
	}
	slices.SortStableFunc(r.more, func(a, b moreSeries) int { return strings.Compare(a.name, b.name) })
	return r
}

// row returns the series of row i; ok is false if the device has none.
func (r *rendered) row(i int) (s series, ok bool) {
	start, end := r.shared, r.ends[i]
	if i > 0 {
		start = r.ends[i-1]
	}
	return series{r.parts[:r.shared], r.parts[start:end]}, start < end
}

// appendMore appends the series of a family of lists or of a gauge of the platform's own.
func (r *rendered) appendMore(all []series, name string) []series {
	i, _ := slices.BinarySearchFunc(r.more, name, func(m moreSeries, name string) int { return strings.Compare(m.name, name) })
	for ; i < len(r.more) && r.more[i].name == name; i++ {
		all = append(all, series{r.parts[:r.shared], r.more[i].rest})
	}
	return all
}

// view is the rendered devices of one snapshot. It is not changed once it is made.
type view struct {
	devices []*rendered       // sorted by name
	rows    [len(metrics)]int // size of each row's series as its encoding counts it; 0: no series
	more    map[string]int    // the same of lists and of the platforms' own gauges, by family name
}

// next returns the view of a later snapshot. Devices whose status has not changed keep their parts; those that left are
// dropped.
func (v view) next(devices []*poll.Status, enc encoding) view {
	later := view{devices: make([]*rendered, len(devices)), rows: v.rows, more: maps.Clone(v.more)}
	if later.more == nil {
		later.more = map[string]int{}
	}
	old := v.devices
	for i, s := range devices {
		for len(old) > 0 && old[0].status != s && old[0].status.Device.Name <= s.Device.Name {
			later.count(old[0], enc, -1)
			old = old[1:]
		}
		if len(old) > 0 && old[0].status == s {
			later.devices[i] = old[0]
			old = old[1:]
			continue
		}
		later.devices[i] = render(s, enc)
		later.count(later.devices[i], enc, 1)
	}
	for _, left := range old {
		later.count(left, enc, -1)
	}
	return later
}

// count adds a device's series to the sizes, or takes them off with a sign of -1.
func (v *view) count(r *rendered, enc encoding, sign int) {
	for row := range metrics {
		if s, ok := r.row(row); ok {
			v.rows[row] += sign * enc.size(metrics[row].name, s)
		}
	}
	for _, m := range r.more {
		v.more[m.name] += sign * enc.size(m.name, series{r.parts[:r.shared], m.rest})
		if v.more[m.name] == 0 {
			delete(v.more, m.name)
		}
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
