package cluster

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/netver/netver_exporter/inventory"
)

// named are n members as a StatefulSet calls them.
func named(n int) []Member {
	members := make([]Member, n)
	for i := range members {
		members[i].Name = fmt.Sprintf("netver-%d", i)
	}
	return members
}

func fleet(n int) []inventory.Device {
	devices := make([]inventory.Device, n)
	for i := range devices {
		devices[i].Name = fmt.Sprintf("sw-%05d.example.net", i)
	}
	return devices
}

// TestBalance: at 100,000 devices every replica is within 3 % of its share, for 2 to 16 of them; and so is every static shard.
func TestBalance(t *testing.T) {
	devices := fleet(100_000)
	for n := 2; n <= 16; n++ {
		for kind, members := range map[string][]Member{"replicas": named(n), "shards": Shards(n)} {
			counts := map[string]int{}
			for i := range devices {
				counts[Owner(&devices[i], members)]++
			}
			share := float64(len(devices)) / float64(n)
			for name, count := range counts {
				if off := float64(count)/share - 1; math.Abs(off) > 0.03 {
					t.Errorf("%d %s: %s has %+.1f %%", n, kind, name, 100*off)
				}
			}
			if len(counts) != n {
				t.Errorf("%d %s: only %d own devices", n, kind, len(counts))
			}
		}
	}
}

// TestLosingOneMember moves its devices and no other, and spreads them over all that are left.
func TestLosingOneMember(t *testing.T) {
	devices, members := fleet(20_000), named(5)
	left := append(named(2), named(5)[3:]...) // without netver-2
	heirs := map[string]int{}
	for i := range devices {
		before, after := Owner(&devices[i], members), Owner(&devices[i], left)
		switch {
		case before == "netver-2":
			heirs[after]++
		case before != after:
			t.Fatalf("%s moved from %s to %s, which both stay", devices[i].Name, before, after)
		}
	}
	for name, n := range heirs {
		if math.Abs(float64(n)-1000) > 150 {
			t.Errorf("%s has inherited %d of some 4000 devices", name, n)
		}
	}
	if len(heirs) != 4 {
		t.Errorf("the heirs are %v", heirs)
	}
}

func TestOrderOfMembers(t *testing.T) {
	devices, members := fleet(1000), named(7)
	for i := range devices {
		want := Owner(&devices[i], members)
		rand.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		if got := Owner(&devices[i], members); got != want {
			t.Fatalf("%s: %s or %s, by the order of the members", devices[i].Name, want, got)
		}
	}
}

// TestPhasesOfAShare: the devices of each member have phases over the whole interval. The phase is that of package poll, from the first bits of SHA-256.
func TestPhasesOfAShare(t *testing.T) {
	devices, members := fleet(40_000), named(4)
	tenths := map[string]*[10]int{}
	for i := range devices {
		owner := Owner(&devices[i], members)
		if tenths[owner] == nil {
			tenths[owner] = new([10]int)
		}
		sum := sha256.Sum256([]byte(devices[i].Name))
		phase := float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
		tenths[owner][int(phase*10)]++
	}
	for owner, counts := range tenths {
		for i, n := range counts {
			if math.Abs(float64(n)-1000) > 150 { // 4.7 times the standard deviation
				t.Errorf("%s has %d devices in tenth %d of the interval, of some 1000", owner, n, i)
			}
		}
	}
}

func TestAffinity(t *testing.T) {
	eu := Member{Name: "a", Labels: map[string]string{"site": "eu"}}
	us := Member{Name: "b", Labels: map[string]string{"site": "us", "tier": "1"}}
	device := func(labels ...inventory.Label) *inventory.Device {
		return &inventory.Device{Name: "sw-1", Labels: labels}
	}
	for _, c := range []struct {
		d    *inventory.Device
		want string
	}{
		{device(inventory.Label{Name: "site", Value: "eu"}), "a"},
		{device(inventory.Label{Name: "site", Value: "eu"}, inventory.Label{Name: "tier", Value: "1"}), "a"},
		{device(inventory.Label{Name: "site", Value: "us"}, inventory.Label{Name: "tier", Value: "1"}), "b"},
		{device(inventory.Label{Name: "site", Value: "us"}), ""},
		{device(), ""},
	} {
		if got := Owner(c.d, []Member{eu, us}); got != c.want {
			t.Errorf("%v: %q, want %q", c.d.Labels, got, c.want)
		}
	}
	if got := Owner(device(), []Member{eu, {Name: "c"}}); got != "c" {
		t.Errorf("a member without labels does not take a device without labels: %q", got)
	}
}
