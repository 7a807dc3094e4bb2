package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/secret"
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
	NetBox   []netBox         `yaml:"netbox"`
	Nautobot []nautobot       `yaml:"nautobot"`
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

type fileSD struct {
	Path    string `yaml:"path,required,filled,short"`
	refresh `yaml:",inline"`
}

type httpSD struct {
	URL        string `yaml:"url,required,filled"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
}

type netBox struct {
	URL        string              `yaml:"url,required,filled"`
	Token      secretRef           `yaml:"token"`
	Filter     map[string][]string `yaml:"filter"`
	Family     int                 `yaml:"address_family"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
}

type nautobot struct {
	URL        string              `yaml:"url,required,filled"`
	Token      secretRef           `yaml:"token"`
	Filter     map[string][]string `yaml:"filter"`
	Family     int                 `yaml:"address_family"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
}

type ansible struct {
	Path    string `yaml:"path,required,filled,short"`
	Hosts   string `yaml:"hosts"`
	refresh `yaml:",inline"`
}

type nornir struct {
	Hosts    string `yaml:"hosts,required,filled,short"`
	Groups   string `yaml:"groups"`
	Defaults string `yaml:"defaults"`
	refresh  `yaml:",inline"`
}

type netmiko struct {
	Path    string `yaml:"path,required,filled,short"`
	refresh `yaml:",inline"`
}

type csv struct {
	Path      string         `yaml:"path,required,filled,short"`
	Format    string         `yaml:"format" oneof:"oxidized rancid"`
	Delimiter string         `yaml:"delimiter"`
	Columns   map[string]int `yaml:"columns"`
	refresh   `yaml:",inline"`
}

type oxidized struct {
	URL        string            `yaml:"url,required,filled"`
	Token      secretRef         `yaml:"token"`
	Map        map[string]string `yaml:"map"`
	Location   string            `yaml:"hosts_location"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
}

// The pauses between two readings, as far as nothing else is said: files are watched besides.
const (
	refreshFiles = 5 * time.Minute
	refreshHTTP  = time.Minute
	refreshAPI   = 5 * time.Minute
	keepLists    = 24 * time.Hour
)

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
		if made.Source.Source != nil {
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

func (s *sourceLoader) fileSD(w *fileSD, at *strictyaml.Path) loaded {
	place := s.document.Nearest(at.Child("path"))
	if err := inventory.CheckFilePattern(w.Path); err != nil && w.Path != "" {
		s.document.Fault(place, "%v", err)
	}
	return s.made(w.Path, w.refresh, refreshFiles, at, inventory.FileSD{Pattern: s.locate(w.Path, place)})
}

func (s *sourceLoader) httpSD(w *httpSD, at *strictyaml.Path) loaded {
	client := s.client(w.URL, &w.httpClient, at)
	if client == nil {
		return s.made(w.URL, w.refresh, refreshHTTP, at, nil)
	}
	r := s.made(inventory.ShortURL(w.URL), w.refresh, refreshHTTP, at, nil)
	r.Source.Source = inventory.HTTPSD{URL: w.URL, Client: client.With("X-Prometheus-Refresh-Interval-Seconds", fmt.Sprint(r.Refresh.Seconds()))}
	return r
}

func (s *sourceLoader) netBox(w *netBox, at *strictyaml.Path) loaded {
	client := s.client(w.URL, &w.httpClient, at)
	token := s.secret("", w.Token, at.Child("token"))
	client = s.with(client, "Authorization", inventory.NetBoxToken, token, at)
	s.family(w.Family, at)
	if client == nil {
		return s.made(w.URL, w.refresh, refreshAPI, at, nil)
	}
	return s.made(inventory.ShortURL(w.URL), w.refresh, refreshAPI, at, inventory.NetBox{URL: w.URL, Filter: w.Filter, Family: w.Family, Client: client})
}

func (s *sourceLoader) nautobot(w *nautobot, at *strictyaml.Path) loaded {
	client := s.client(w.URL, &w.httpClient, at)
	token := s.secret("", w.Token, at.Child("token"))
	client = s.with(client, "Authorization", func(token string) string { return "Token " + token }, token, at)
	s.family(w.Family, at)
	if client == nil {
		return s.made(w.URL, w.refresh, refreshAPI, at, nil)
	}
	return s.made(inventory.ShortURL(w.URL), w.refresh, refreshAPI, at, inventory.Nautobot{URL: w.URL, Filter: w.Filter, Family: w.Family, Client: client})
}

func (s *sourceLoader) family(family int, at *strictyaml.Path) {
	if s.document.Given(at.Child("address_family")) && family != 4 && family != 6 {
		s.document.Fault(at.Child("address_family"), "want 4 or 6")
	}
}

func (s *sourceLoader) ansible(w *ansible, at *strictyaml.Path) loaded {
	path := s.locate(w.Path, s.document.Nearest(at.Child("path")))
	return s.made(w.Path, w.refresh, refreshFiles, at, inventory.Ansible{Path: path, Hosts: w.Hosts})
}

func (s *sourceLoader) nornir(w *nornir, at *strictyaml.Path) loaded {
	return s.made(w.Hosts, w.refresh, refreshFiles, at, inventory.Nornir{
		Hosts:    s.locate(w.Hosts, s.document.Nearest(at.Child("hosts"))),
		Groups:   s.optional(w.Groups, at.Child("groups")),
		Defaults: s.optional(w.Defaults, at.Child("defaults")),
	})
}

func (s *sourceLoader) netmiko(w *netmiko, at *strictyaml.Path) loaded {
	path := s.locate(w.Path, s.document.Nearest(at.Child("path")))
	return s.made(w.Path, w.refresh, refreshFiles, at, inventory.Netmiko{Path: path})
}

func (s *sourceLoader) csv(w *csv, at *strictyaml.Path) loaded {
	if utf8.RuneCountInString(w.Delimiter) > 1 {
		s.document.Fault(at.Child("delimiter"), "want a single character")
	}
	for word, i := range w.Columns {
		if i < 0 {
			s.document.Fault(at.Child("columns").Child(word), "columns are counted from 0")
		}
	}
	if _, ok := w.Columns["name"]; !ok && w.Columns != nil {
		s.document.Fault(at.Child("columns"), "name is missing; say which column has it")
	}
	path := s.locate(w.Path, s.document.Nearest(at.Child("path")))
	return s.made(w.Path, w.refresh, refreshFiles, at, inventory.CSV{Path: path, Format: w.Format, Delimiter: w.Delimiter, Columns: w.Columns})
}

func (s *sourceLoader) oxidized(w *oxidized, at *strictyaml.Path) loaded {
	client := s.client(w.URL, &w.httpClient, at)
	token := s.secret("", w.Token, at.Child("token"))
	client = s.with(client, "X-Auth-Token", func(token string) string { return token }, token, at)
	for word := range w.Map {
		if words := inventory.OxidizedWords(); !slices.Contains(words, word) {
			s.document.Fault(at.Child("map").Child(word), "%s", strictyaml.NotOneOf(word, words))
		}
	}
	if client == nil {
		return s.made(w.URL, w.refresh, refreshAPI, at, nil)
	}
	return s.made(inventory.ShortURL(w.URL), w.refresh, refreshAPI, at, inventory.Oxidized{URL: w.URL, Map: w.Map, Location: w.Location, Client: client})
}

// with is the client that sends a token, if there is one; nil: there is no client.
func (s *sourceLoader) with(c *inventory.Client, header string, form func(string) string, token secret.Value, at *strictyaml.Path) *inventory.Client {
	if strings.ContainsAny(token.Reveal(), "\r\n") {
		s.document.Fault(at.Child("token"), "the token has more than one line")
		return nil
	}
	if c == nil || token.IsZero() {
		return c
	}
	return c.With(header, form(token.Reveal()))
}

// client makes the client of a source; nil: something is wrong with it or with the address.
func (s *sourceLoader) client(address string, w *httpClient, at *strictyaml.Path) *inventory.Client {
	if err := inventory.CheckURL(address); err != nil {
		if address != "" {
			s.document.Fault(at.Child("url"), "%v", err)
		}
		return nil
	}
	c := w.settings(s.loader, at)
	if s.document.Faulty(at) {
		return nil
	}
	client, err := inventory.NewClient(c, agent)
	if err != nil {
		s.document.Fault(at, "%v", err)
		return nil
	}
	return client
}
