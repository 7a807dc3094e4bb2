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

// Owner is who owns a device by the latest list, "" if no member may, and whether the device is in the share.
func (s *Share) Owner(d *inventory.Device) (owner string, has bool) {
	if len(s.Views) == 0 {
		return "", false
	}
	last := len(s.Views) - 1
	owner = Owner(d, s.Views[last])
	earlier := Share{s.Self, s.Views[:last]}
	return owner, owner == s.Self && (last == 0 || earlier.Has(d))
}

// Members is how many share the fleet by the latest list; 0: nobody does.
func (s *Share) Members() int {
	if len(s.Views) == 0 {
		return 0
	}
	return len(s.Views[len(s.Views)-1])
}
