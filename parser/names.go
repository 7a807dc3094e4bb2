package parser

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

//go:embed names.yml
var namesFile []byte

// Tools are the columns of the table of names: the tools whose names for platforms are known. "other" is for names of none.
var Tools = []string{"netmiko", "napalm", "ansible", "oxidized", "scrapli", "other"}

// names are the names of a platform by tool.
type names map[string][]string

// loadNames reads the table: names by platform id.
func loadNames() (map[string]names, error) {
	document, err := strictyaml.Parse("names.yml", namesFile, "a platform")
	if err != nil {
		return nil, err
	}
	var table map[string]names
	document.Decode(&table)
	return table, document.Err()
}

// NamesOf returns the names that a tool of Tools has for a built-in platform.
func (r *Registry) NamesOf(id, tool string) []string { return r.library.names[id][tool] }

// Aliases returns every name of a platform but its id, sorted, whoever it is from.
func (r *Registry) Aliases(id string) []string {
	all := slices.Concat(slices.Collect(maps.Values(r.library.names[id]))...)
	if p, ok := r.own[id]; ok {
		all = append(all, p.Aliases...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == id })
}

// Names returns every id, each followed by its aliases.
func (r *Registry) Names() []string {
	var all []string
	for _, id := range r.IDs() {
		all = append(append(all, id), r.Aliases(id)...)
	}
	return all
}

// ErrTransport tells that a name means a way to a device that is not spoken here.
var ErrTransport = errors.New("devices are polled over SSH only")

// foreignTransports have endings of their own in Netmiko's names.
var foreignTransports = map[string]string{"_telnet": "telnet", "_serial": "a serial line"}

// Find returns the platform with this id or name, or an error that says why there is none.
func (r *Registry) Find(name string) (*Platform, error) {
	if p, ok := r.Get(name); ok {
		return p, nil
	}
	for ending, transport := range foreignTransports {
		if base, ok := strings.CutSuffix(name, ending); ok {
			return nil, fmt.Errorf("platform %q is reached by %s; %w: if it speaks SSH as well, write %s", name, transport, ErrTransport, base)
		}
	}
	return nil, fmt.Errorf("unknown platform %q", name)
}
