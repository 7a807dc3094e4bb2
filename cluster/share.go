package cluster

import "github.com/netver/netver_exporter/inventory"

// Share is the part of a fleet that one replica polls: what it owns by each of the lists of members. While the members change there are two
// lists, so that a device which moves is polled by neither. The zero value is no device at all.
type Share struct {
	Self  string // the replica's name
	Views [][]Member
}

// Has reports whether a device is in the share.
func (s *Share) Has(d *inventory.Device) bool {
	for _, members := range s.Views {
		if Owner(d, members) != s.Self {
			return false
		}
	}
	return len(s.Views) > 0
}

// Orphan reports that no member of the latest list may take the device.
func (s *Share) Orphan(d *inventory.Device) bool {
	return len(s.Views) > 0 && Owner(d, s.Views[len(s.Views)-1]) == ""
}
