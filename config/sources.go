package config

import (
	"fmt"
	"strings"
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
	FileSD  []fileSD         `yaml:"file_sd"`
	HTTPSD  []httpSD         `yaml:"http_sd"`
	NetBox  []netBox         `yaml:"netbox"`
	Relabel []inventory.Rule `yaml:"relabel_configs"`
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

// The pauses between two readings, as far as nothing else is said: files are watched besides.
const (
	refreshFiles = 5 * time.Minute
	refreshHTTP  = time.Minute
	keepLists    = 24 * time.Hour
)

// sources makes the group's sources ready.
func (l *loader) sources(g *Group, at *strictyaml.Path) {
	s := &sourceLoader{loader: l, group: g, names: map[string]bool{}}
	each(s, at, "file_sd", g.Written.FileSD, (*sourceLoader).fileSD)
	each(s, at, "http_sd", g.Written.HTTPSD, (*sourceLoader).httpSD)
	each(s, at, "netbox", g.Written.NetBox, (*sourceLoader).netBox)
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
	if token := s.secret("", w.Token, at.Child("token")); client != nil && !token.IsZero() {
		client = s.authorized(client, inventory.NetBoxToken(token.Reveal()), at)
	}
	if w.Family != 0 && w.Family != 4 && w.Family != 6 {
		s.document.Fault(at.Child("address_family"), "%d is none; want 4 or 6", w.Family)
	}
	r := s.made(inventory.ShortURL(w.URL), w.refresh, refreshFiles, at, nil)
	if client != nil {
		r.Source.Source = inventory.NetBox{URL: w.URL, Filter: w.Filter, Family: w.Family, Client: client}
	}
	return r
}

// authorized is the client with a token, unless the token cannot be sent.
func (s *sourceLoader) authorized(c *inventory.Client, value string, at *strictyaml.Path) *inventory.Client {
	if strings.ContainsAny(value, "\r\n") {
		s.document.Fault(at.Child("token"), "the token has more than one line")
		return nil
	}
	return c.With("Authorization", value)
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
