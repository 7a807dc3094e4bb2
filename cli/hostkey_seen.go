package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"text/tabwriter"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// lookAtKeys asks the plan's devices for their host keys, and returns what they show in the order of the plan. It runs on the
// engine, so that caps and the timeout hold, and the door for logins at jump hosts.
func lookAtKeys(ctx context.Context, plan poll.Plan, progress io.Writer) ([]device.SeenKey, error) {
	var mu sync.Mutex
	found := map[string]device.SeenKey{}
	plan.Poller = &device.Scanner{Poller: plan.Poller.(*device.Poller), Observe: func(seen device.SeenKey) {
		mu.Lock()
		defer mu.Unlock()
		found[seen.Device.Name] = seen
	}}
	var devices []inventory.Device
	for _, g := range plan.Groups {
		devices = append(devices, g.Devices...)
	}
	if devices == nil {
		return nil, nil
	}
	if _, err := pollOnce(ctx, plan, progress); err != nil {
		return nil, err
	}
	seen := make([]device.SeenKey, len(devices))
	for i, d := range devices {
		one, asked := found[d.Name]
		if !asked {
			one = device.SeenKey{Device: d, Err: errors.New("it was not asked before the end")}
		}
		seen[i] = one
	}
	return seen, nil
}

// lookAtKey asks one device or jump host. Those on the way have to be known.
func lookAtKey(ctx context.Context, p *app.Plan, d inventory.Device, progress io.Writer) (device.SeenKey, error) {
	alone := p.Plan
	alone.Groups = []poll.Group{{Name: d.Group, Devices: []inventory.Device{d}}}
	alone.Groups[0].Devices[0].Disabled = false
	seen, err := lookAtKeys(ctx, alone, progress)
	if err != nil {
		return device.SeenKey{}, err
	}
	if err := seen[0].Err; err != nil {
		return device.SeenKey{}, fmt.Errorf("%s: %w", d.Name, err)
	}
	return seen[0], nil
}

// writeSeen writes a line for each device: its key, which was learned, or why it was not.
func writeSeen(w io.Writer, seen []device.SeenKey) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range seen {
		if s.Err != nil {
			fmt.Fprintf(table, "%s\t%s\t-\t%s: %v\n", s.Device.Name, s.Device.Address, failure.Of(s.Err), s.Err)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%v\tlearned\n", s.Device.Name, s.Device.Address, s.Key)
	}
	return table.Flush()
}
