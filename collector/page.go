package collector

import (
	"io"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// pageSize is how much text is put together before it is written.
const pageSize = 32 << 10

// page is an exposition under way.
type page struct {
	w           io.Writer
	encoder     expfmt.Encoder // for families that are not rendered
	openMetrics bool
	text        []byte
}

// flush writes the text if there is at least so much of it.
func (p *page) flush(atLeast int) error {
	if len(p.text) < atLeast || len(p.text) == 0 {
		return nil
	}
	_, err := p.w.Write(p.text)
	p.text = p.text[:0]
	return err
}

// family writes a family of rendered series: each adds what it has.
func (p *page) family(name, help string, kind dto.MetricType, v view, each func(*rendered, []byte) []byte) error {
	p.head(name, help, kind)
	bare := len(p.text)
	wrote := false
	for _, r := range v {
		p.text = each(r, p.text)
		wrote = wrote || len(p.text) > bare
		if err := p.flush(pageSize); err != nil {
			return err
		}
	}
	if !wrote { // a family without series is not shown
		p.text = p.text[:0]
	}
	return p.flush(0)
}

func (p *page) head(name, help string, kind dto.MetricType) {
	escaped := helpEscape.Replace(help)
	if p.openMetrics {
		escaped = escape.Replace(help)
		if kind == counter {
			name = strings.TrimSuffix(name, "_total")
		}
	}
	for _, part := range []string{"# HELP ", name, " ", escaped, "\n# TYPE ", name, " ", strings.ToLower(kind.String()), "\n"} {
		p.text = append(p.text, part...)
	}
}

// helpEscape is for HELP in the text format; OpenMetrics escapes quotes there too.
var helpEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

// families are those of the devices; help is that of the platforms' own gauges by family name.
func (v view) families(help map[string]string) []family {
	var all []family
	for i := range metrics {
		m := &metrics[i]
		all = append(all, family{m.name, func(p *page) error {
			return p.family(m.name, m.help, m.kind, v, func(r *rendered, b []byte) []byte { return r.append(b, i) })
		}})
	}
	own := make(map[string]bool)
	for _, r := range v {
		for _, g := range r.own {
			own[g.name] = true
		}
	}
	for name := range own {
		text := helpOf(help, name)
		all = append(all, family{name, func(p *page) error {
			return p.family(name, text, gauge, v, func(r *rendered, b []byte) []byte { return r.appendOwn(b, name) })
		}})
	}
	return all
}
