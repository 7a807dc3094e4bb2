package collector

import (
	"slices"
	"strconv"
	"strings"

	"github.com/netver/netver_exporter/poll"
)

// rendered is a device's series as text, made once for each status: what does not change between two polls is not
// formatted again at each scrape. One string holds the labels that all series share, then each row's own labels and
// value; a series of the exposition is put together of them. That takes a third of the memory of whole lines.
type rendered struct {
	status *poll.Status
	text   string
	shared uint32              // end of the shared labels
	rows   [len(metrics)]piece // in the order of metrics; an empty value: no series
	own    []ownGauge          // the platform's own, sorted by name
}

// piece is a row's part of the text: its own labels, each with a comma before, then its value. It begins where the one
// before ends.
type piece struct{ value, end uint32 }

type ownGauge struct{ name, value string }

// view is the rendered devices of one snapshot, sorted by name. It is immutable.
type view []*rendered

// next returns the view of a later snapshot. Devices whose status has not changed keep their text; those that left are
// dropped.
func (v view) next(devices []*poll.Status) view {
	later := make(view, len(devices))
	for i, s := range devices {
		for len(v) > 0 && v[0].status.Device.Name < s.Device.Name {
			v = v[1:]
		}
		if len(v) > 0 && v[0].status == s {
			later[i] = v[0]
			continue
		}
		later[i] = render(s)
	}
	return later
}

func render(s *poll.Status) *rendered {
	r := &rendered{status: s}
	var buf [1024]byte
	b := appendLabel(buf[:0], "device", s.Device.Name)
	for _, l := range s.Device.Labels {
		b = appendLabel(append(b, ','), l.Name, l.Value)
	}
	r.shared = uint32(len(b))
	for i := range metrics {
		v, known := metrics[i].value(s)
		if known {
			for _, l := range metrics[i].labels {
				b = appendLabel(append(b, ','), l.name, l.value(s))
			}
		}
		p := piece{value: uint32(len(b))}
		if known {
			b = appendNumber(b, v)
		}
		p.end = uint32(len(b))
		r.rows[i] = p
	}
	r.text = string(b)
	for name, v := range s.Facts.Gauges {
		r.own = append(r.own, ownGauge{prefix + name, string(appendNumber(nil, v))})
	}
	slices.SortFunc(r.own, func(a, b ownGauge) int { return strings.Compare(a.name, b.name) })
	return r
}

func appendLabel(b []byte, name, value string) []byte {
	b = append(append(b, name...), `="`...)
	return append(append(b, escape.Replace(clean(value))...), '"')
}

// escape is the same for values of labels in the text format and in OpenMetrics.
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func appendNumber(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'g', -1, 64) }

// append adds the series of row i to b, if the device has one.
func (r *rendered) append(b []byte, i int) []byte {
	labels, p := r.shared, r.rows[i]
	if i > 0 {
		labels = r.rows[i-1].end
	}
	if p.value == p.end {
		return b
	}
	b = append(append(b, metrics[i].name...), '{')
	b = append(append(b, r.text[:r.shared]...), r.text[labels:p.value]...)
	b = append(append(b, "} "...), r.text[p.value:p.end]...)
	return append(b, '\n')
}

// appendOwn adds the series of a gauge of the platform's own.
func (r *rendered) appendOwn(b []byte, name string) []byte {
	i, ok := slices.BinarySearchFunc(r.own, name, func(g ownGauge, name string) int { return strings.Compare(g.name, name) })
	if !ok {
		return b
	}
	b = append(append(b, name...), '{')
	b = append(append(b, r.text[:r.shared]...), "} "...)
	return append(append(b, r.own[i].value...), '\n')
}
