package collector

import (
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// text is the text format of Prometheus.
type text struct{}

func (text) label(b []byte, name, value string) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(append(b, name...), `="`...)
	return append(append(b, escape.Replace(clean(value))...), '"')
}

// escape is for values of labels, in OpenMetrics for HELP too.
var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

func (text) number(b []byte, _ dto.MetricType, v float64) []byte {
	return append(strconv.AppendFloat(append(b, "} "...), v, 'g', -1, 64), '\n')
}

func (text) series(b []byte, name string, s series) []byte {
	b = append(append(b, name...), '{')
	return append(append(b, s.shared...), s.rest...)
}

func (text) size(name string, s series) int {
	return len(name) + len("{") + len(s.shared) + len(s.rest)
}

func (text) head(b []byte, h heading) []byte {
	return appendHead(b, h.name, helpEscape.Replace(h.help), h.kind)
}

// helpEscape is for HELP in the text format, where quotes stay as they are.
var helpEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`)

func appendHead(b []byte, name, help string, kind dto.MetricType) []byte {
	for _, part := range []string{"# HELP ", name, " ", help, "\n# TYPE ", name, " ", strings.ToLower(kind.String()), "\n"} {
		b = append(b, part...)
	}
	return b
}

// openMetrics has the series of the text format.
type openMetrics struct{ text }

func (openMetrics) head(b []byte, h heading) []byte {
	name := h.name
	if h.kind == counter {
		name = strings.TrimSuffix(name, "_total")
	}
	return appendHead(b, name, escape.Replace(h.help), h.kind)
}
