package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/web"
)

func bindPoll(c *kingpin.CmdClause, f *flags, s Streams) func(context.Context) error {
	names := c.Arg("device", "Names of devices in the inventory.").Strings()
	all := c.Flag("all", "Poll the whole inventory.").Bool()
	explain := c.Flag("explain", "Show each session with its timings, and which pattern found which fact.").Bool()
	find := c.Flag("detect", "Show what platform each device turns out to be, and why.").Bool()
	output := c.Flag("output", "table or json.").Default("table").Enum("table", "json")
	return func(ctx context.Context) error {
		if *all == (len(*names) > 0) {
			return fmt.Errorf("name the devices to poll, or say --all")
		}
		var observe func(device.Report)
		if *explain {
			words := s.Out
			if *output == "json" { // for a program, which must not find sessions in between
				words = s.Err
			}
			observe = (&explainer{out: words}).explain
		}
		loaded, err := app.Load(f.configFile, app.Wiring{Observe: observe})
		if err != nil {
			return err
		}
		plan := loaded.Plan
		if !*all {
			if err := only(&plan, *names); err != nil {
				return err
			}
		}
		if *find {
			return detect(ctx, plan, *output, s.Out, s.Err)
		}
		devices, err := pollOnce(ctx, plan, s.Err)
		if err != nil {
			return err
		}
		if err := outputs[*output](s.Out, devices); err != nil {
			return err
		}
		if slices.ContainsFunc(devices, func(d web.Device) bool { return d.State != "up" }) {
			return errSilent
		}
		return nil
	}
}

// only leaves the named devices in the plan.
func only(plan *poll.Plan, names []string) error {
	missing := slices.Clone(names)
	for i := range plan.Groups {
		g := &plan.Groups[i]
		kept := g.Devices[:0:0]
		for _, d := range g.Devices {
			if slices.Contains(names, d.Name) {
				kept = append(kept, d)
				missing = slices.DeleteFunc(missing, func(name string) bool { return name == d.Name })
			}
		}
		g.Devices = kept
	}
	if len(missing) > 0 {
		return fmt.Errorf("not in the inventory: %s", strings.Join(missing, ", "))
	}
	return nil
}

// pollOnce runs the plan's first sweep on the engine itself, so that caps, rates and the lockout breaker hold here too.
func pollOnce(ctx context.Context, plan poll.Plan, progress io.Writer) ([]web.Device, error) {
	total := 0
	for i := range plan.Groups {
		plan.Groups[i].Interval = 365 * 24 * time.Hour // there is no second sweep
		for _, d := range plan.Groups[i].Devices {
			if !d.Disabled {
				total++
			}
		}
	}
	if total == 0 {
		return nil, errors.New("there are no devices to poll")
	}
	counter := &countdown{left: total, done: make(chan struct{})}
	if file, ok := progress.(*os.File); ok && term.IsTerminal(int(file.Fd())) && total > 1 {
		counter.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(file), progressbar.OptionShowCount(),
			progressbar.OptionSetDescription("polling"), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	}
	engine, err := poll.New(plan, slog.New(slog.DiscardHandler), counter)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	select {
	case <-ctx.Done():
	case <-counter.done:
	}
	stop()
	if err := <-ended; err != nil {
		return nil, err
	}
	var devices []web.Device
	for _, s := range engine.Snapshot().Devices {
		devices = append(devices, web.NewDevice(s))
	}
	return devices, nil
}

var outputs = map[string]func(io.Writer, []web.Device) error{
	"json": func(w io.Writer, devices []web.Device) error {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(devices)
	},
	"table": func(w io.Writer, devices []web.Device) error {
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "DEVICE\tSTATE\tPLATFORM\tVERSION\tUPTIME\tMODEL\tSERIAL\tTOOK\tERROR")
		for _, d := range devices {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.1fs\t%s\n",
				d.Device, d.State, d.Platform, d.Version, uptime(d), d.Model, d.Serial, d.PollDuration, reason(d))
		}
		return table.Flush()
	},
}

func uptime(d web.Device) string {
	if d.Uptime == nil {
		return ""
	}
	age := time.Duration(*d.Uptime * float64(time.Second))
	const day = 24 * time.Hour
	return fmt.Sprintf("%dd %s", age/day, (age % day).Round(time.Second))
}

func reason(d web.Device) string {
	if d.Reason == "" {
		return ""
	}
	return d.Reason + ": " + d.Error
}
