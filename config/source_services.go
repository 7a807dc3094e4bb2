package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/strictyaml"
)

type httpSD struct {
	URL        string `yaml:"url,required,filled"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
}

// api is the settings of NetBox, and of Nautobot.
type api struct {
	URL        string              `yaml:"url,required,filled"`
	Token      secretRef           `yaml:"token"`
	Filter     map[string][]string `yaml:"filter"`
	Family     int                 `yaml:"address_family"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
}

type oxidized struct {
	URL        string            `yaml:"url,required,filled"`
	Token      secretRef         `yaml:"token"`
	Map        map[string]string `yaml:"map"`
	Location   string            `yaml:"hosts_location"`
	refresh    `yaml:",inline"`
	httpClient `yaml:",inline"`
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

func (s *sourceLoader) netBox(w *api, at *strictyaml.Path) loaded {
	client := s.apiClient(w, inventory.NetBoxToken, at)
	return s.service(w.URL, w.refresh, at, client, inventory.NetBox{URL: w.URL, Filter: w.Filter, Family: w.Family, Client: client})
}

func (s *sourceLoader) nautobot(w *api, at *strictyaml.Path) loaded {
	client := s.apiClient(w, inventory.NautobotToken, at)
	return s.service(w.URL, w.refresh, at, client, inventory.Nautobot{URL: w.URL, Filter: w.Filter, Family: w.Family, Client: client})
}

// apiClient is the client of NetBox or Nautobot; form is how the token stands in the header. nil: something is wrong.
func (s *sourceLoader) apiClient(w *api, form func(token string) string, at *strictyaml.Path) *inventory.Client {
	if s.document.Given(at.Child("address_family")) && w.Family != 4 && w.Family != 6 {
		s.document.Fault(at.Child("address_family"), "want 4 or 6")
	}
	token := s.secret("", w.Token, at.Child("token"))
	return s.with(s.client(w.URL, &w.httpClient, at), "Authorization", form, token, at)
}

// service puts a source with an address together, if there is a client for it.
func (s *sourceLoader) service(address string, r refresh, at *strictyaml.Path, client *inventory.Client, source inventory.Source) loaded {
	if client == nil {
		return s.made("", r, refreshAPI, at, nil)
	}
	return s.made(inventory.ShortURL(address), r, refreshAPI, at, source)
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
	return s.service(w.URL, w.refresh, at, client, inventory.Oxidized{URL: w.URL, Map: w.Map, Location: w.Location, Client: client})
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
	client, err := inventory.NewClient(c, agent())
	if err != nil {
		s.document.Fault(at, "%v", err)
		return nil
	}
	return client
}
