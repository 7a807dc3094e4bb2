package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/terminal"
	"github.com/netver/netver_exporter/web"
)

func bindPoll(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	config := configFlag(c).String()
	selected := addSelection(c)
	explain := c.Flag("explain", "Show each session with its timings, and which pattern found which fact.").Bool()
	find := c.Flag("detect", "Show what platform each device turns out to be, and why; as table or json.").Bool()
	output := c.Flag("output", "table, json, csv, or raw: the answers as the devices print them.").Default("table").Enum("table", "json", "csv", "raw")
	return func(ctx context.Context) error {
		if err := selected.check(); err != nil {
			return err
		}
		if *find && *explain {
			return errors.New("--detect says why by itself, and has no --explain; give one of them")
		}
		if _, ok := detectedOutputs[*output]; *find && !ok {
			return fmt.Errorf("--detect has no --output=%s; table or json", *output)
		}
		result := polled{config: *config}
		var observers []func(device.Report)
		if *explain {
			words := s.Out
			if *output != "table" { // for a program, which must not find sessions in between
				words = s.Err
			}
			observers = append(observers, (&explainer{out: words}).explain)
		}
		if *output == "raw" {
			result.reports = map[string]device.Report{}
			observers = append(observers, keepReports(result.reports))
		}
		loaded, err := load(ctx, *config, app.Wiring{Observe: tell(observers)}, s)
		if err != nil {
			return err
		}
		plan := loaded.Plan
		if err := selected.apply(&plan); err != nil {
			return err
		}
		if *find {
			return detect(ctx, plan, *output, s.Out, s.Err)
		}
		if result.devices, err = pollOnce(ctx, plan, s.Err); err != nil {
			return err
		}
		if err := outputs[*output](s.Out, result); err != nil {
			return err
		}
		if slices.ContainsFunc(result.devices, failed) {
			return errSilent
		}
		return nil
	}
}

// load reads the configuration and its sources. A source that fails is a warning: the devices of the others are there.
func load(ctx context.Context, config string, w app.Wiring, s Streams) (*app.Plan, error) {
	plan, err := app.Load(config, w)
	if err != nil {
		return nil, err
	}
	if err := plan.Gather(ctx); err != nil {
		fmt.Fprintln(s.Err, "warning:", err)
	}
	return plan, nil
}

// failed is what makes the exit code 1: a device that is down, or that was not asked before the end.
func failed(d web.Device) bool { return d.State != string(poll.Up) && d.State != string(poll.Disabled) }

// tell passes reports to all observers; nil if there are none.
func tell(observers []func(device.Report)) func(device.Report) {
	if observers == nil {
		return nil
	}
	return func(r device.Report) {
		for _, observe := range observers {
			observe(r)
		}
	}
}

// keepReports keeps the latest report of each device.
func keepReports(reports map[string]device.Report) func(device.Report) {
	var mu sync.Mutex
	return func(r device.Report) {
		mu.Lock()
		defer mu.Unlock()
		reports[r.Device.Name] = r
	}
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
	if file, ok := screen(progress); ok && total > 1 {
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

// screen is the terminal to which w writes.
func screen(w io.Writer) (*os.File, bool) {
	if p, ok := w.(*terminal.Printable); ok {
		w = p.To
	}
	file, ok := w.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}
