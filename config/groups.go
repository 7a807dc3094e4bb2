package config

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// fleet is the inventory while it is put together: the loader, and what groups and devices may name or must not repeat.
type fleet struct {
	*loader
	file      file
	platforms *parser.Registry
	groups    map[string]*path
	devices   map[string]*path
	addresses map[string]string // the first device there, by address
	shared    int               // devices at an address that an earlier one has
	first     *path             // the first of those
}

func (l *loader) groups(written file, platforms *parser.Registry) []poll.Group {
	f := &fleet{loader: l, file: written, platforms: platforms,
		groups: map[string]*path{}, devices: map[string]*path{}, addresses: map[string]string{}}
	at := (*path)(nil).child("groups")
	groups := make([]poll.Group, len(written.Groups))
	total := 0
	for i := range written.Groups {
		groups[i] = f.group(&written.Groups[i], at.item(i))
		total += len(groups[i].Devices)
	}
	if total == 0 {
		l.warn(at, "there are no devices, so there is nothing to poll")
	}
	if f.shared > 0 {
		l.warn(f.first, "%d devices have the address of an earlier one, and are logged in to beside it", f.shared)
	}
	return groups
}

func (f *fleet) group(g *group, at *path) poll.Group {
	f.unique(f.groups, g.Name, at, "group")
	if g.Name == "" {
		f.fault(at, "name is missing")
	} else if err := inventory.CheckName(g.Name); err != nil {
		f.fault(at.child("name"), "%v", err)
	}
	interval := f.file.Poll.Interval
	if g.Interval != nil {
		interval = *g.Interval
		f.positive(at.child("interval"), interval)
	}
	if f.file.Poll.Timeout >= interval && interval > 0 && len(g.Devices) > 0 {
		f.warn(at, "poll.timeout, %s, is not shorter than the interval, %s: a device that hangs misses polls", f.file.Poll.Timeout, interval)
	}
	if g.Concurrency < 0 || g.Concurrency > maxConcurrency {
		f.fault(at.child("concurrency"), "%d is out of range; want 1 to %d, or 0 for no cap of its own", g.Concurrency, maxConcurrency)
	}
	return poll.Group{
		Name:        g.Name,
		Interval:    time.Duration(interval),
		Concurrency: g.Concurrency,
		Devices:     f.members(g, at),
	}
}

// members completes a group's devices. What the group gives to all of them is checked once, here.
func (f *fleet) members(g *group, at *path) []inventory.Device {
	f.labels(g.Labels, at.child("labels"))
	common := inventory.Device{
		Group:      g.Name,
		Platform:   f.platform(g.Platform, at.child("platform")),
		Credential: f.credential(g.Credentials, at.child("credentials")),
		Mode:       f.mode(g.Mode, at.child("mode")),
		Legacy:     f.file.SSH.LegacyAlgorithms,
		Labels:     inventory.MergeLabels(g.Labels),
	}
	if g.LegacyAlgorithms != nil {
		common.Legacy = *g.LegacyAlgorithms
	}
	if g.Platform == "" && slices.ContainsFunc(g.Devices, func(d device) bool { return d.Platform == "" }) {
		f.fault(at, "platform is missing; name it here or in each device")
	}
	if g.Credentials == "" && slices.ContainsFunc(g.Devices, func(d device) bool { return d.Credentials == "" }) {
		f.fault(at, "credentials are missing; name them here or in each device")
	}
	devices := make([]inventory.Device, len(g.Devices))
	for i := range g.Devices {
		devices[i] = f.device(&g.Devices[i], common, g.Labels, at.child("devices").item(i))
	}
	return devices
}

// device lays one entry over what its group gives to all.
func (f *fleet) device(w *device, d inventory.Device, labels map[string]string, at *path) inventory.Device {
	d.Name = cmp.Or(w.Name, w.Address)
	if w.Address == "" {
		f.fault(at, "address is missing")
	} else if address, err := inventory.ParseAddress(w.Address); err != nil {
		f.fault(f.nearest(at.child("address")), "%v", err)
	} else {
		d.Address = address
		f.address(&d, at)
	}
	if err := inventory.CheckName(d.Name); w.Name != "" && err != nil {
		f.fault(at.child("name"), "%v", err)
	}
	f.unique(f.devices, d.Name, at, "device")
	if w.Platform != "" {
		d.Platform = f.platform(w.Platform, at.child("platform"))
	}
	if w.Credentials != "" {
		d.Credential = f.credential(w.Credentials, at.child("credentials"))
	}
	if w.Mode != "" {
		d.Mode = f.mode(w.Mode, at.child("mode"))
	}
	if w.LegacyAlgorithms != nil {
		d.Legacy = *w.LegacyAlgorithms
	}
	if len(w.Labels) > 0 {
		f.labels(w.Labels, at.child("labels"))
		d.Labels = inventory.MergeLabels(labels, w.Labels)
	}
	return d
}

func (f *fleet) unique(seen map[string]*path, name string, at *path, what string) {
	if name == "" {
		return
	}
	if first, ok := seen[name]; ok {
		_, line := first.find(f.document)
		f.fault(f.nearest(at.child("name")), "there is another %s %q in line %d; names must differ", what, name, line)
		return
	}
	seen[name] = at
}

func (f *fleet) address(d *inventory.Device, at *path) {
	if _, ok := f.addresses[d.Address]; !ok {
		f.addresses[d.Address] = d.Name
		return
	}
	if f.shared++; f.first == nil {
		f.first = at
	}
}

func (f *fleet) labels(labels map[string]string, at *path) {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if err := inventory.CheckLabel(inventory.Label{Name: name, Value: labels[name]}); err != nil {
			f.fault(at.child(name), "%v", err)
		}
	}
}

func (f *fleet) credential(name string, at *path) string {
	if _, ok := f.file.Credentials[name]; !ok && name != "" && !f.faulty["credentials"] {
		known := slices.Sorted(maps.Keys(f.file.Credentials))
		f.fault(at, "unknown credential %q%s", name, suggest(name, known))
	}
	return name
}

func (f *fleet) mode(name string, at *path) string {
	if name != "" && name != "exec" && name != "shell" {
		f.fault(at, "unknown mode %q; want exec or shell", name)
	}
	return name
}
