package parser

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Gauge is a metric that a platform exports besides the facts: netver_<name>, one sample for each device.
type Gauge struct {
	Name string // without the netver_ prefix
	Help string
}

type gaugeRule struct {
	gauge Gauge
	rule  rule
}

var gaugeName = regexp.MustCompile(`^[a-z][a-z0-9_]*[a-z0-9]$`)

// First words of names that belong to the exporter's own metrics, and endings that stand for another type.
var (
	reservedGauges = []string{
		"cluster", "config", "credential", "device", "devices", "exporter", "inventory", "logins", "member",
		"poll", "polls", "sweep", "sweeps", "versions", "workers",
	}
	foreignEndings = []string{"_total", "_count", "_sum", "_bucket", "_info"}
)

// gauge reads a rule with the name and help of what it exports.
func (d *decoder) gauge(n *yaml.Node, at string) gaugeRule {
	var g gaugeRule
	var w writtenRule
	keys := d.ruleKeys(&w, "number", gaugeKinds())
	keys["name"] = func(n *yaml.Node, at string) {
		before := len(d.problems)
		d.matching(&g.gauge.Name, gaugeName)(n, at)
		err := checkGaugeName(g.gauge.Name)
		switch {
		case len(d.problems) > before:
		case err != nil:
			d.problem(n, at, "%q %v", g.gauge.Name, err)
		case d.gauges[g.gauge.Name]:
			d.problem(n, at, "%q is given twice", g.gauge.Name)
		}
		d.gauges[g.gauge.Name] = true
	}
	keys["help"] = d.text(&g.gauge.Help)
	d.mapping(n, at, keys, "name", "help", "line")
	g.rule = w.rule()
	return g
}

// IsGaugeName reports whether a platform may have a gauge of this name.
func IsGaugeName(name string) bool { return gaugeName.MatchString(name) && checkGaugeName(name) == nil }

func checkGaugeName(name string) error {
	if first, _, _ := strings.Cut(name, "_"); slices.Contains(reservedGauges, first) {
		return errors.New("is reserved for the exporter's own metrics")
	}
	if slices.ContainsFunc(foreignEndings, func(ending string) bool { return strings.HasSuffix(name, ending) }) {
		return errors.New("has an ending that is not a gauge's")
	}
	return nil
}

// gaugeKinds are the conversions that give a number.
func gaugeKinds() []string {
	var names []string
	for name, c := range conversions {
		if c.family != texts {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// number is a value as a gauge shows it, in base units. A time stamp without a zone has no number.
func (v value) number() (float64, error) {
	switch v.family {
	case uptimes:
		return v.uptime.Age.Seconds(), nil
	case instants:
		if !v.when.zoned {
			return 0, errors.New("the time stamp has no zone")
		}
		return float64(v.when.wall.UnixNano()) / 1e9, nil
	}
	return v.figure, nil
}

// Gauges returns the platform's own gauges in the order of the definition.
func (p *Platform) Gauges() []Gauge {
	var all []Gauge
	for i := range p.Commands {
		for j := range p.Commands[i].gauges {
			all = append(all, p.Commands[i].gauges[j].gauge)
		}
	}
	return all
}
