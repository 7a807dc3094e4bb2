package parser

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

//go:embed platforms/*.yml
var definitions embed.FS

// Registry is the platforms that a configuration can name. Make it with BuiltIns. It is safe for concurrent use once the
// last Add is done.
type Registry struct {
	platforms map[string]*Platform // by id
	aliases   map[string]string    // id by alias of a definition
	names     map[string]names     // other tools' names by id of a built-in platform
	byName    map[string]string    // id by other tools' names
	typed     knownTexts           // of the built-in platforms
}

// BuiltIns returns a set of the platforms that come with the program. An error is a fault of the program.
func BuiltIns() (*Registry, error) {
	table, err := loadNames()
	if err != nil {
		return nil, err
	}
	r := &Registry{platforms: map[string]*Platform{}, aliases: map[string]string{}, names: table, byName: map[string]string{}, typed: knownTexts{false: {}, true: {}}}
	for id, byTool := range table {
		for _, all := range byTool {
			for _, name := range all {
				if name != id {
					r.byName[name] = id
				}
			}
		}
	}
	files, err := fs.Glob(definitions, "platforms/*.yml")
	if err != nil {
		return nil, fmt.Errorf("list built-in platforms: %w", err)
	}
	for _, file := range files {
		text, err := definitions.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read built-in platform: %w", err)
		}
		p, err := Load(file, text)
		if err != nil {
			return nil, err
		}
		p.Origin = BuiltIn
		if _, err := r.Add(p); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Add takes a platform in. One with the id of a built-in replaces that whole, and replaced is the one it replaced; otherwise
// replaced is nil. The names that other tools have for a built-in stay with its id. A second definition of an id from a file,
// an alias that another platform has, and what is typed that may do more than read and is not allowed, are errors of type
// strictyaml.Problems that change nothing.
func (r *Registry) Add(p *Platform) (replaced *Platform, err error) {
	old := r.platforms[p.ID]
	if old != nil && old.Origin != BuiltIn {
		return nil, strictyaml.Problems{{File: p.Origin, Key: "id", Text: fmt.Sprintf("platform %q is already defined in %s", p.ID, old.Origin)}}
	}
	var problems strictyaml.Problems
	taken := func(text string) {
		problems = append(problems, strictyaml.Problem{File: p.Origin, Key: "aliases", Text: text})
	}
	for _, alias := range p.Aliases {
		if id := cmp.Or(r.aliases[alias], r.byName[alias]); id != "" && id != p.ID {
			taken(fmt.Sprintf("%q is an alias of platform %q", alias, id))
		} else if _, ok := r.platforms[alias]; ok && alias != p.ID {
			taken(fmt.Sprintf("%q is a platform", alias))
		}
	}
	if p.Origin == BuiltIn {
		r.typed.add(p)
	} else {
		problems = append(problems, r.typed.strange(p)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	maps.DeleteFunc(r.aliases, func(_, id string) bool { return id == p.ID })
	r.platforms[p.ID] = p
	for _, alias := range p.Aliases {
		r.aliases[alias] = p.ID
	}
	return old, nil
}

// Get returns the platform with this id, or else with this alias or name in another tool. Netmiko's ending for SSH, which
// is all that is spoken here, may follow.
func (r *Registry) Get(name string) (p *Platform, ok bool) {
	base := strings.TrimSuffix(name, "_ssh")
	for _, id := range []string{name, r.aliases[name], r.byName[name], base, r.aliases[base], r.byName[base]} {
		if p, ok := r.platforms[id]; ok {
			return p, true
		}
	}
	return nil, false
}

// All returns the platforms, sorted by id.
func (r *Registry) All() []*Platform {
	return slices.SortedFunc(maps.Values(r.platforms), func(a, b *Platform) int { return cmp.Compare(a.ID, b.ID) })
}
