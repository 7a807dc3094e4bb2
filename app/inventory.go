package app

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/transport"
)

// Inventory is who a configuration says is polled: the devices that it lists itself, and those of its sources as far as
// these have been read.
type Inventory struct {
	static   []poll.Group
	feeds    []feed
	document *strictyaml.Document // that lists static
	hostKeys *transport.HostKeys

	mu    sync.Mutex // guards names and document, whose look-ups remember
	names inventory.Names
}

// feed is a source of a group's devices.
type feed struct {
	*inventory.Feed
	group  int // its place among the groups
	common inventory.Common
}

// Feeds are the sources, in the order of the file.
func (v *Inventory) Feeds() []*inventory.Feed {
	feeds := make([]*inventory.Feed, len(v.feeds))
	for i, f := range v.feeds {
		feeds[i] = f.Feed
	}
	return feeds
}

// inherit takes over what is known of the sources that were there before.
func (v *Inventory) inherit(old *Inventory) {
	for i := range v.feeds {
		for j := range old.feeds {
			if f, g := v.feeds[i].Feed, old.feeds[j].Feed; f.Group == g.Group && f.Name == g.Name {
				f.Inherit(g)
			}
		}
	}
}

// member says where a device of the merged inventory stands.
type member struct {
	address string
	feed    *inventory.Feed // nil: the configuration itself
	place   string
}

func (m member) String() string {
	if m.feed == nil {
		return "the configuration"
	}
	return m.place
}

// merge puts the groups together. What keeps an entry out is a problem of its source, one line each. The same device from two
// sources with the same address is one; the first stays where the addresses differ.
func (v *Inventory) merge() ([]poll.Group, map[*inventory.Feed][]string) {
	groups, problems, _ := v.mergeWithOrigins()
	return groups, problems
}

func (v *Inventory) mergeWithOrigins() (groups []poll.Group, problems map[*inventory.Feed][]string, members map[string]member) {
	v.mu.Lock()
	defer v.mu.Unlock()
	groups, problems, members = slices.Clone(v.static), map[*inventory.Feed][]string{}, map[string]member{}
	for _, g := range groups {
		for _, d := range g.Devices {
			members[d.Name] = member{address: d.Address}
		}
	}
	for i := range v.feeds {
		f := &v.feeds[i]
		list := f.List()
		found := slices.Clone(list.Problems)
		g := &groups[f.group]
		g.Devices = slices.Grow(slices.Clip(g.Devices), len(list.Devices))
		used := len(found)+len(list.Devices) == 0 // nothing is listed
		for j := range list.Devices {
			l := &list.Devices[j]
			d, faults := v.names.Complete(&l.Entry, &f.common)
			if len(faults) > 0 {
				found = append(found, describe(l, faults))
				continue
			}
			if first, taken := members[d.Name]; taken {
				used = used || first.address == d.Address
				if first.address != d.Address {
					found = append(found, fmt.Sprintf("%s: the device %q is at %s here and at %s in %s, which stays", l.Place, d.Name, d.Address, first.address, first))
				}
				continue
			}
			members[d.Name] = member{d.Address, f.Feed, l.Place}
			g.Devices = append(g.Devices, d)
			used = true
		}
		if !used {
			found = slices.Insert(found, 0, fmt.Sprintf("group %q: source %s gives no device: all of its entries are left out", f.Group, f.Name))
		}
		problems[f.Feed] = found
	}
	return groups, problems, members
}

// configSource is the source of what the configuration lists itself.
const configSource = "config"

// Member is a device of the merged inventory, and where it comes from.
type Member struct {
	inventory.Device
	Source string // "config", or the source's name
	Place  string // in the source: "hosts.yml:12"
}

// Members are the devices in the order of their groups.
func (v *Inventory) Members() []Member {
	groups, _, members := v.mergeWithOrigins()
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []Member
	for i, g := range groups {
		for j, d := range g.Devices {
			m := Member{Device: d, Source: configSource}
			if from := members[d.Name]; from.feed != nil {
				m.Source, m.Place = from.feed.Name, from.place
			} else {
				m.Place = v.placeOf(i, j)
			}
			list = append(list, m)
		}
	}
	return list
}

// describe is what is wrong with an entry, on one line.
func describe(l *inventory.Listed, faults []inventory.Fault) string {
	var words []string
	for _, f := range faults {
		words = append(words, fmt.Sprintf("%s: %v", strings.Join(f.Keys, "."), f.Err))
	}
	return fmt.Sprintf("%s: %s: %s; the device is left out", l.Place, l.Entry.Name, strings.Join(words, "; "))
}
