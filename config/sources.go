package config

import (
	"fmt"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/strictyaml"
)

// Source is a place that lists devices of a group.
type Source struct {
	Name    string // unique in the group: its kind and place, "file_sd:inventory/*.yml"
	Refresh time.Duration
	Keep    time.Duration
	inventory.Source
}

// sources is every kind of source that a group may have.
type sources struct {
	FileSD   []fileSD         `yaml:"file_sd"`
	HTTPSD   []httpSD         `yaml:"http_sd"`
	NetBox   []api            `yaml:"netbox"`
	Nautobot []api            `yaml:"nautobot"`
	Ansible  []ansible        `yaml:"ansible"`
	Nornir   []nornir         `yaml:"nornir"`
	Netmiko  []netmiko        `yaml:"netmiko"`
	CSV      []csv            `yaml:"csv"`
	Oxidized []oxidized       `yaml:"oxidized"`
	Relabel  []inventory.Rule `yaml:"relabel_configs"`
}

// refresh is what every source may say.
type refresh struct {
	Interval time.Duration `yaml:"refresh_interval"`
	Keep     time.Duration `yaml:"keep"`
}

// The pauses between two readings, as far as nothing else is said: files are watched besides.
const (
	refreshFiles = 5 * time.Minute
	refreshHTTP  = time.Minute
	refreshAPI   = 5 * time.Minute
	keepLists    = 24 * time.Hour
)

// madeUp are the kinds of sources whose variables people name as they like, and the prefix of the labels that hold them.
var madeUp = []struct{ key, prefix string }{
	{"ansible", "__meta_ansible_"},
	{"nornir", "__meta_nornir_data_"},
	{"csv", "__meta_csv_"},
	{"oxidized", "__meta_oxidized_"},
}

// sources makes the group's sources ready.
func (l *loader) sources(g *Group, at *strictyaml.Path) {
	s := &sourceLoader{loader: l, group: g, names: map[string]bool{}}
	each(s, at, "file_sd", g.Written.FileSD, (*sourceLoader).fileSD)
	each(s, at, "http_sd", g.Written.HTTPSD, (*sourceLoader).httpSD)
	each(s, at, "netbox", g.Written.NetBox, (*sourceLoader).netBox)
	each(s, at, "nautobot", g.Written.Nautobot, (*sourceLoader).nautobot)
	each(s, at, "ansible", g.Written.Ansible, (*sourceLoader).ansible)
	each(s, at, "nornir", g.Written.Nornir, (*sourceLoader).nornir)
	each(s, at, "netmiko", g.Written.Netmiko, (*sourceLoader).netmiko)
	each(s, at, "csv", g.Written.CSV, (*sourceLoader).csv)
	each(s, at, "oxidized", g.Written.Oxidized, (*sourceLoader).oxidized)
	for i, rule := range g.Written.Relabel {
		if err := g.Relabel.Add(rule); err != nil {
			l.document.Fault(at.Child("relabel_configs").Item(i), "%v", err)
		}
	}
	for _, kind := range madeUp {
		if l.document.Given(at.Child(kind.key)) && g.Relabel.MapsAll(kind.prefix) {
			l.document.Warn(at.Child("relabel_configs"), "labelmap makes a label on /metrics of each variable of %s, also of one that holds a secret under a name that does not say so; "+
				"name those that you want", kind.key)
		}
	}
	if len(g.Written.Relabel) > 0 && len(g.Sources) == 0 {
		l.document.Warn(at.Child("relabel_configs"), "there is no source whose devices could be relabelled; devices: are not")
	}
}

// sourceLoader makes the sources of one group.
type sourceLoader struct {
	*loader
	group *Group
	names map[string]bool
}

// each makes the sources of one kind.
func each[T any](s *sourceLoader, group *strictyaml.Path, kind string, list []T, load func(*sourceLoader, *T, *strictyaml.Path) loaded) {
	for i := range list {
		at := group.Child(kind).Item(i)
		made := load(s, &list[i], at)
		s.bounds(at.Child("keep"), made.Keep, 0)
		s.bounds(at.Child("refresh_interval"), made.Refresh, minInterval)
		name := kind + ":" + made.Name
		for n := 2; s.names[name]; n++ {
			name = fmt.Sprintf("%s:%s#%d", kind, made.Name, n)
		}
		s.names[name] = true
		made.Name = name
		if made.Source.Source != nil && !s.document.Faulty(at) {
			s.group.Sources = append(s.group.Sources, made.Source)
		}
	}
}

// loaded is a Source whose name lacks the kind.
type loaded struct{ Source }

// made puts a source together. Settings of 0 that are not given have their defaults.
func (s *sourceLoader) made(name string, r refresh, usual time.Duration, at *strictyaml.Path, source inventory.Source) loaded {
	if !s.document.Given(at.Child("refresh_interval")) {
		r.Interval = usual
	}
	if !s.document.Given(at.Child("keep")) {
		r.Keep = keepLists
	}
	return loaded{Source{name, r.Interval, r.Keep, source}}
}
