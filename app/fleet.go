package app

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
)

// complete completes the devices of every group, and makes feeds of its sources.
func complete(c *config.Config, known *parser.Registry) ([]poll.Group, []feed) {
	f := &completion{
		document: c.Document, names: names(c, known), legacy: c.SSH.LegacyAlgorithms, jump: c.SSH.Jump,
		devices: map[string]*strictyaml.Path{}, addresses: map[string]bool{}, missing: map[string]bool{},
	}
	groups := make([]poll.Group, len(c.Groups))
	var feeds []feed
	for i := range c.Groups {
		g := &c.Groups[i]
		common, devices := f.members(g, strictyaml.At("groups").Item(i))
		groups[i] = poll.Group{Name: g.Name, Interval: g.Interval, Timeout: g.Timeout, Concurrency: g.Concurrency, Devices: devices}
		for _, s := range g.Sources {
			made := inventory.NewFeed(inventory.Config{
				Group: g.Name, Name: s.Name, Source: s.Source, Relabel: g.Relabel, Refresh: s.Refresh, Keep: s.Keep,
			})
			feeds = append(feeds, feed{Feed: made, group: i, common: common})
		}
	}
	if f.shared > 0 {
		c.Document.Warn(f.first, "%s at the address of an earlier one: sessions with both may be open at once", strictyaml.Count(f.shared, "device"))
	}
	return groups, feeds
}

// names looks up what devices refer to. It is for one goroutine at a time.
func names(c *config.Config, known *parser.Registry) inventory.Names {
	credentials, explained := slices.Sorted(maps.Keys(c.Credentials)), c.Document.Explained(strictyaml.At("credentials"))
	suggest := map[string]string{} // by name: a fleet may have the same mistake in every line
	unknown := func(kind, name string, all func() []string) error {
		if _, ok := suggest[kind+name]; !ok {
			suggest[kind+name] = strictyaml.Suggest(name, all())
		}
		return fmt.Errorf("unknown %s %q%s", kind, name, suggest[kind+name])
	}
	return inventory.Names{
		Platform: func(name string) (string, error) {
			if name == inventory.Auto {
				return name, nil
			}
			p, err := known.Find(name)
			if slug := strings.ReplaceAll(name, "-", "_"); err != nil && slug != name { // a slug of NetBox has no _ unless somebody types it
				if q, e := known.Find(slug); e == nil || errors.Is(e, parser.ErrTransport) {
					p, err = q, e
				}
			}
			if errors.Is(err, parser.ErrTransport) {
				return "", err
			}
			if err != nil {
				return "", fmt.Errorf("%w; netver_exporter platforms lists all", unknown("platform", name, known.Names))
			}
			return p.ID, nil
		},
		Credential: func(name string) error {
			if !slices.Contains(credentials, name) && !explained {
				return unknown("credential", name, func() []string { return credentials })
			}
			return nil
		},
		Jump: func(name string) error {
			if _, ok := c.JumpHosts[name]; !ok && !c.Document.Explained(strictyaml.At("jump_hosts")) {
				return unknown("jump host", name, func() []string { return slices.Sorted(maps.Keys(c.JumpHosts)) })
			}
			return nil
		},
	}
}

// completion is the inventory while it is put together.
type completion struct {
	document  *strictyaml.Document
	names     inventory.Names
	legacy    bool
	jump      string
	devices   map[string]*strictyaml.Path // by name
	addresses map[string]bool             // that are taken
	shared    int                         // devices at an address that an earlier one has
	first     *strictyaml.Path            // the first of those
	missing   map[string]bool             // what groups lack, by key
}

func (f *completion) members(g *config.Group, at *strictyaml.Path) (inventory.Common, []inventory.Device) {
	base := inventory.Device{Group: g.Name, HostKeys: g.HostKeys, Jump: f.jump, Legacy: f.legacy}
	common, faults := f.names.Common(base, g.Common())
	f.report(faults, at, at)
	devices := make([]inventory.Device, len(g.Devices))
	for i := range g.Devices {
		place := at.Child("devices").Item(i)
		devices[i], faults = f.names.Complete(&g.Devices[i], &common)
		f.report(faults, place, at)
		f.unique(&devices[i], place)
	}
	return common, devices
}

// report notes an entry's faults. What its group could give, and several of its devices may lack, is one problem of the group.
func (f *completion) report(faults []inventory.Fault, at, group *strictyaml.Path) {
	for _, fault := range faults {
		place := at
		for _, key := range fault.Keys {
			place = place.Child(key)
		}
		if errors.Is(fault.Err, inventory.ErrNoPlatform) || errors.Is(fault.Err, inventory.ErrNoCredentials) {
			if f.document.Explained(place) {
				continue
			}
			place = group.Child(fault.Keys[0])
			if f.missing[place.String()] {
				continue
			}
			f.missing[place.String()] = true
		}
		f.document.Fault(f.document.Nearest(place), "%v", fault.Err)
	}
}

// unique reports a name that an earlier device has, and counts addresses that one has.
func (f *completion) unique(d *inventory.Device, at *strictyaml.Path) {
	if d.Address != "" {
		if f.addresses[d.Address] {
			if f.shared++; f.first == nil {
				f.first = at
			}
		}
		f.addresses[d.Address] = true
	}
	if d.Name == "" {
		return
	}
	if first, ok := f.devices[d.Name]; ok {
		f.document.Fault(f.document.Nearest(at.Child("name")), "there is another device %q in %s; names must differ", d.Name, f.document.Place(first, at))
		return
	}
	f.devices[d.Name] = at
}
