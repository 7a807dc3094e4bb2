package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// detect prints what each device of the plan turns out to be, and why, whatever platform the inventory gives it.
func detect(ctx context.Context, plan poll.Plan, out io.Writer) error {
	ssh := plan.Poller.(*device.Poller)
	var devices []inventory.Device
	for _, g := range plan.Groups {
		devices = append(devices, g.Devices...)
	}
	lines := make([]string, len(devices))
	var failed atomic.Bool
	var polls errgroup.Group
	polls.SetLimit(plan.Settings.Concurrency)
	for i := range devices {
		polls.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, plan.Settings.Timeout)
			defer cancel()
			found, err := ssh.Detect(ctx, &devices[i])
			if err != nil {
				failed.Store(true)
				lines[i] = fmt.Sprintf("%s\t-\t%s: %v", devices[i].Name, failure.Of(err), err)
				return nil
			}
			lines[i] = fmt.Sprintf("%s\t%s\t%q answers %q; server %q, prompt %q", devices[i].Name, found.Mark.Platform.ID,
				found.Mark.Command, found.Mark.Line, found.Transcript.Server, found.Transcript.Prompt)
			return nil
		})
	}
	_ = polls.Wait() // a device's failure is in its line
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "DEVICE\tPLATFORM\tWHY\n%s\n", strings.Join(lines, "\n"))
	if err := table.Flush(); err != nil {
		return err
	}
	if failed.Load() {
		return errSilent
	}
	return nil
}
