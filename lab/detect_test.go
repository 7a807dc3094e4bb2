package lab_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
)

// unnamed are the samples whose platform detection does not find: the recording lacks the answer that has the mark, or
// the answer lacks the mark.
var unnamed = []string{
	"checkpoint_gaia_embedded/expert-login", "cisco_ftd/fpr-2110-fxos", "dlink_ds/dgs-3630-stack", "edgecore/es4626", "hp_comware/3com-4500g",
	"hp_procurve/2930f-vsf", "netgear_prosafe/gs752tpp", "nokia_sros/classic-sr7", "pfsense/2.7-ce", "pfsense/23.09-plus", "ubiquiti_edgeswitch/unifi-usw",
	"zte_zxan/c610", "zyxel_os/usg-flex", "zyxel_os/vmg1312",
}

// TestDetect wants detection to name the platform of every sample whose platform has a mark, but for those above, and
// never another one.
func TestDetect(t *testing.T) {
	devices, poller := startSamples(t, func(*lab.Device) {})
	devices = slices.DeleteFunc(devices, func(d *lab.Device) bool { return d.Platform.Detect.Line == nil })
	names := make(map[string]bool)
	var all sync.WaitGroup
	few := make(chan struct{}, 16) // a device that has no processor to itself for two seconds looks like one that waits
	for _, d := range devices {
		names[d.Name] = true
		all.Go(func() {
			few <- struct{}{}
			defer func() { <-few }()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			found, err := poller.Detect(ctx, &inventory.Device{Name: d.Name, Address: d.Addr(), Platform: inventory.Auto, Credential: "lab"}, nil)
			switch listed := slices.Contains(unnamed, d.Name); {
			case err == nil && found.Mark.Platform != d.Platform:
				t.Errorf("%s: taken for %s by %q in the answer to %q", d.Name, found.Mark.Platform.ID, found.Mark.Line, found.Mark.Command)
			case err != nil && !listed:
				t.Errorf("%s: %v", d.Name, err)
			case err == nil && listed:
				t.Errorf("%s is named: take it off the list", d.Name)
			}
		})
	}
	all.Wait()
	for _, name := range unnamed {
		if !names[name] {
			t.Errorf("%s is on the list, and no such sample has a mark", name)
		}
	}
}
