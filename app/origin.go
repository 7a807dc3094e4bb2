package app

import (
	"fmt"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/transport"
	"github.com/netver/netver_exporter/web"
)

// Origin says from which source a device of the merged inventory comes, and where it stands there: "config" and file and line, or
// the source's name and the place that the source tells. Both are "" if the inventory has no such device.
func (v *Inventory) Origin(name string) (source, place string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range v.static {
		for j := range v.static[i].Devices {
			if v.static[i].Devices[j].Name == name {
				return configSource, v.placeOf(i, j)
			}
		}
	}
	for i := range v.feeds {
		f := &v.feeds[i]
		for _, l := range f.List().Devices {
			if l.Entry.Name != "" && l.Entry.Name != name {
				continue
			}
			if d, faults := v.names.Complete(&l.Entry, &f.common); len(faults) == 0 && d.Name == name {
				return f.Name, l.Place
			}
		}
	}
	return "", ""
}

// placeOf is file and line of a device that the configuration lists itself. The lock is held.
func (v *Inventory) placeOf(group, device int) string {
	at := strictyaml.At("groups").Item(group).Child("devices").Item(device)
	return fmt.Sprintf("%s:%d", v.document.FileOf(at), v.document.Line(at))
}

// origin is where a device comes from, and the host keys that are known of it.
func (x *exporter) origin(s *poll.Status) (o web.Origin) {
	v := x.inventory.Load()
	o.Source, o.Place = v.Origin(s.Device.Name)
	if s.Device.HostKeys == string(transport.Insecure) {
		return o
	}
	for _, k := range v.hostKeys.Show(s.Device.Address) {
		o.HostKeys = append(o.HostKeys, web.HostKey{Type: k.Type, Fingerprint: k.Fingerprint, Mark: k.Mark, Place: fmt.Sprintf("%s:%d", k.File, k.Line)})
	}
	return o
}
