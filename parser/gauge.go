package parser

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
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

// writtenGauge is a rule with the name and help of what it exports.
type writtenGauge struct {
	Name  string         `yaml:"name,required,filled"`
	Help  string         `yaml:"help,required,filled"`
	Line  *regexp.Regexp `yaml:"line"`
	Field []string       `yaml:"field,filled,list"`
	Key   string         `yaml:"key,filled"`
	Value *regexp.Regexp `yaml:"value"`
	After *regexp.Regexp `yaml:"after"`
	Until *regexp.Regexp `yaml:"until"`
	Not   *regexp.Regexp `yaml:"not"`
	As    string         `yaml:"as,filled"`
}

func (c *compiler) gauge(w *writtenGauge, at *strictyaml.Path) gaugeRule {
	name := at.Child("name")
	if !gaugeName.MatchString(w.Name) {
		c.document.Fault(name, "%q does not match %s", w.Name, gaugeName)
	} else if err := checkGaugeName(w.Name); err != nil {
		c.document.Fault(name, "%q %v", w.Name, err)
	} else if c.gauges[w.Name] {
		c.document.Fault(name, "%q is given twice", w.Name)
	}
	c.gauges[w.Name] = true
	r := writtenRule{Line: w.Line, Field: w.Field, Key: w.Key, Value: w.Value, After: w.After, Until: w.Until, Not: w.Not, As: w.As}
	return gaugeRule{Gauge{w.Name, w.Help}, c.rule(&r, factCount, "number", gaugeKinds(), func() *strictyaml.Path { return at })}
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
	return conversionsTo(func(f family) bool { return f != texts })
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
