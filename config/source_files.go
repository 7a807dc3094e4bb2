package config

import (
	"unicode/utf8"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/strictyaml"
)

type fileSD struct {
	Path    string `yaml:"path,required,filled,short"`
	refresh `yaml:",inline"`
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

func (s *sourceLoader) fileSD(w *fileSD, at *strictyaml.Path) loaded {
	place := s.document.Nearest(at.Child("path"))
	if err := inventory.CheckFilePattern(w.Path); err != nil && w.Path != "" {
		s.document.Fault(place, "%v", err)
	}
	return s.made(w.Path, w.refresh, refreshFiles, at, inventory.FileSD{Pattern: s.locate(w.Path, place)})
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
