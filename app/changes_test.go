package app

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

func TestChanges(t *testing.T) {
	groups := func(devices ...inventory.Device) []poll.Group {
		return []poll.Group{{Name: "a", Devices: devices[:1]}, {Name: "b", Devices: devices[1:]}}
	}
	site := []inventory.Label{{Name: "site", Value: "ams"}}
	before := groups(inventory.Device{Name: "stays", Labels: site}, inventory.Device{Name: "moves", Address: "192.0.2.1:22"}, inventory.Device{Name: "leaves"})
	now := groups(inventory.Device{Name: "comes"}, inventory.Device{Name: "stays", Labels: site}, inventory.Device{Name: "moves", Address: "192.0.2.2:22"})
	want := []any{"added", 1, "added_devices", "comes", "removed", 1, "removed_devices", "leaves", "changed", 1, "changed_devices", "moves"}
	if diff := cmp.Diff(want, changes(before, now)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := changes(now, now); got != nil {
		t.Errorf("nothing has changed, but: %v", got)
	}
	var many []inventory.Device
	for i := range 25 {
		many = append(many, inventory.Device{Name: fmt.Sprintf("sw-%02d", i)})
	}
	want = []any{"added", 25, "added_devices", "sw-00, sw-01, sw-02, sw-03, sw-04, sw-05, sw-06, sw-07, sw-08, sw-09, " +
		"sw-10, sw-11, sw-12, sw-13, sw-14, sw-15, sw-16, sw-17, sw-18, sw-19 and 5 more"}
	if diff := cmp.Diff(want, changes(nil, groups(many...))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
