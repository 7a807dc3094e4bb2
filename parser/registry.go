package parser

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/strictyaml"
)

// Registry is the platforms that a configuration can name: the built-in ones, each of which is read when it is first asked
// for, and those that were added. Make it with BuiltIns. It is safe for concurrent use once the last Add is done.
type Registry struct {
	library *library
	own     map[string]*Platform // by id: those that were added
	aliases map[string]string    // id by alias of those
}

// BuiltIns returns a set of the platforms that come with the program. An error is a fault of the program.
func BuiltIns() (*Registry, error) {
	l, err := sharedLibrary()
	if err != nil {
		return nil, err
	}
	return &Registry{library: l, own: map[string]*Platform{}, aliases: map[string]string{}}, nil
}

// Add takes a platform in. One with the id of a built-in replaces that whole, and replaced is the one it replaced; otherwise
// replaced is nil. The names that other tools have for a built-in stay with its id. A second definition of an id from a file,
// an alias that another platform has, and what is typed that may do more than read and is not allowed, are errors of type
// strictyaml.Problems that change nothing.
func (r *Registry) Add(p *Platform) (replaced *Platform, err error) {
	if old, ok := r.own[p.ID]; ok {
		return nil, strictyaml.Problems{{File: p.Origin, Key: "id", Text: fmt.Sprintf("platform %q is already defined in %s", p.ID, old.Origin)}}
	}
	var problems strictyaml.Problems
	taken := func(text string) {
		problems = append(problems, strictyaml.Problem{File: p.Origin, Key: "aliases", Text: text})
	}
	for _, alias := range p.Aliases {
		if id := cmp.Or(r.aliases[alias], r.library.byName[alias]); id != "" && id != p.ID {
			taken(fmt.Sprintf("%q is an alias of platform %q", alias, id))
		} else if r.has(alias) && alias != p.ID {
			taken(fmt.Sprintf("%q is a platform", alias))
		}
	}
	problems = append(problems, r.library.strange(p)...)
	if len(problems) > 0 {
		return nil, problems
	}
	replaced = r.platform(p.ID)
	r.own[p.ID] = p
	for _, alias := range p.Aliases {
		r.aliases[alias] = p.ID
	}
	return replaced, nil
}

func (r *Registry) has(id string) bool { return r.own[id] != nil || r.library.platforms[id] != nil }

// platform returns the platform with this id, nil if there is none.
func (r *Registry) platform(id string) *Platform {
	if p, ok := r.own[id]; ok {
		return p
	}
	if read, ok := r.library.platforms[id]; ok {
		return read()
	}
	return nil
}

// Get returns the platform with this id, or else with this alias or name in another tool. Netmiko's ending for SSH, which
// is all that is spoken here, may follow.
func (r *Registry) Get(name string) (p *Platform, ok bool) {
	base := strings.TrimSuffix(name, "_ssh")
	for _, id := range []string{name, r.aliases[name], r.library.byName[name], base, r.aliases[base], r.library.byName[base]} {
		if p := r.platform(id); p != nil {
			return p, true
		}
	}
	return nil, false
}

// IDs returns the ids of the platforms, sorted.
func (r *Registry) IDs() []string {
	ids := slices.AppendSeq(slices.Clone(r.library.ids), maps.Keys(r.own))
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Own returns the platforms that were added, sorted by id. They alone can have gauges.
func (r *Registry) Own() []*Platform {
	return slices.SortedFunc(maps.Values(r.own), func(a, b *Platform) int { return cmp.Compare(a.ID, b.ID) })
}

// All returns the platforms, sorted by id. It reads the definitions of all that are built in, which takes a tenth of a second.
func (r *Registry) All() []*Platform {
	ids := r.IDs()
	all := make([]*Platform, len(ids))
	for i, id := range ids {
		all[i] = r.platform(id)
	}
	return all
}
