package lab_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
)

// Detection names the platform of nearly every sample whose platform has a mark, and never a wrong one.
func TestDetect(t *testing.T) {
	devices, poller := startSamples(t, func(*lab.Device) {})
	devices = slices.DeleteFunc(devices, func(d *lab.Device) bool { return d.Platform.Detect.Line == nil })
	var right atomic.Int64
	var all sync.WaitGroup
	for _, d := range devices {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			found, err := poller.Detect(ctx, &inventory.Device{Name: d.Name, Address: d.Addr(), Platform: inventory.Auto, Credential: "lab"}, nil)
			switch {
			case err != nil:
				t.Logf("%s: %v", d.Name, err)
			case found.Mark.Platform != d.Platform:
				t.Errorf("%s: taken for %s by %q in the answer to %q", d.Name, found.Mark.Platform.ID, found.Mark.Line, found.Mark.Command)
			default:
				right.Add(1)
			}
		})
	}
	all.Wait()
	if t.Logf("%d of %d", right.Load(), len(devices)); int(right.Load())*10 < len(devices)*9 {
		t.Errorf("%d of %d samples were named, want 9 of 10", right.Load(), len(devices))
	}
}
