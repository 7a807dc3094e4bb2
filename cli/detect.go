package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/web"
)

// detected is what a device turned out to be, and why.
type detected struct {
	Device   string         `json:"device"`
	Platform string         `json:"platform,omitempty"`
	Command  string         `json:"command,omitempty"` // whose answer proved it
	Line     string         `json:"line,omitempty"`    // of the answer
	Server   string         `json:"server,omitempty"`  // the SSH server's version line
	Prompt   string         `json:"prompt,omitempty"`
	Reason   failure.Reason `json:"reason,omitempty"`
	Error    string         `json:"error,omitempty"`
}

// detect prints what each device of the plan turns out to be, and why, whatever platform the inventory gives it. It runs on
// the engine, as every poll, so that caps, rates and the door for logins hold.
func detect(ctx context.Context, plan poll.Plan, output string, out, progress io.Writer) error {
	var mu sync.Mutex
	found := map[string]detected{}
	plan.Poller = &device.Detector{Poller: plan.Poller.(*device.Poller), Observe: func(d *inventory.Device, f device.Finding, err error) {
		line := detected{Device: d.Name, Server: f.Transcript.Server, Prompt: f.Transcript.Prompt}
		if err == nil {
			line.Platform, line.Command, line.Line = f.Mark.Platform.ID, f.Mark.Command, f.Mark.Line
		}
		mu.Lock()
		defer mu.Unlock()
		found[d.Name] = line
	}}
	devices, err := pollOnce(ctx, plan, progress)
	if err != nil {
		return err
	}
	devices = slices.DeleteFunc(devices, func(d web.Device) bool { return d.State == string(poll.Disabled) })
	lines := make([]detected, len(devices))
	for i, d := range devices {
		lines[i] = found[d.Device]
		lines[i].Device, lines[i].Reason, lines[i].Error = d.Device, failure.Reason(d.Reason), d.Error
	}
	if err := detectedOutputs[output](out, lines); err != nil {
		return err
	}
	if slices.ContainsFunc(devices, failed) {
		return errSilent
	}
	return nil
}

var detectedOutputs = map[string]func(io.Writer, []detected) error{
	"json": func(w io.Writer, lines []detected) error { return encode(w, lines) },
	"table": func(w io.Writer, lines []detected) error {
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, l := range lines {
			if l.Platform == "" {
				fmt.Fprintf(table, "%s\t-\t%s: %s\n", l.Device, l.Reason, l.Error)
				continue
			}
			fmt.Fprintf(table, "%s\t%s\t%q answers %q; server %q, prompt %q\n", l.Device, l.Platform, l.Command, l.Line, l.Server, l.Prompt)
		}
		return table.Flush()
	},
}
