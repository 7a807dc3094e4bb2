package cluster

import (
	"strconv"

	"github.com/cespare/xxhash/v2"

	"github.com/netver/netver_exporter/inventory"
)

// Member is a replica among which devices are shared.
type Member struct {
	Name     string
	Instance string            // another one after a restart; it has no say in who owns what
	Labels   map[string]string // the replica takes only devices that have all of them; none: any device
}

// takes reports whether the member may own a device with the labels.
func (m *Member) takes(labels []inventory.Label) bool {
	matched := 0
	for _, l := range labels {
		want, named := m.Labels[l.Name]
		if named && want != l.Value {
			return false
		}
		if named {
			matched++
		}
	}
	return matched == len(m.Labels)
}

// Owner is the name of the member that owns a device, "" if no member may. It is rendezvous hashing: of all that may have it, the
// member whose hash together with the device's is the highest. The order of the members is of no matter, and when one leaves only its devices
// move. Of the hash by which a device has its phase within an interval it shares no bit: the devices of a member keep their spread.
func Owner(d *inventory.Device, members []Member) string {
	device := xxhash.Sum64String(d.Name)
	owner, highest := "", uint64(0)
	for i := range members {
		m := &members[i]
		if len(m.Labels) > 0 && !m.takes(d.Labels) {
			continue
		}
		if h := mix(device ^ mix(xxhash.Sum64String(m.Name))); owner == "" || h > highest || h == highest && m.Name < owner {
			owner, highest = m.Name, h
		}
	}
	return owner
}

// mix spreads a change of any bit over all of them (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// Shards are the members of a fleet that is shared statically: total of them, called by their index.
func Shards(total int) []Member {
	members := make([]Member, total)
	for i := range members {
		members[i].Name = strconv.Itoa(i)
	}
	return members
}
