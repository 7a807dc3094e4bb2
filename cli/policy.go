package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
	"github.com/netver/netver_exporter/web"
)

// policyFlags are those of `versions policy`.
type policyFlags struct {
	config             *string
	selected           *selection
	running, model, at *string
}

func bindPolicy(c *kingpin.CmdClause) policyFlags {
	return policyFlags{
		config:   configFlag(c).String(),
		selected: addSelection(c),
		running:  c.Flag("running", "Judge as if this version ran; the devices are not polled.").String(),
		model:    c.Flag("model", "With --running: the model, for rules that match one.").String(),
		at:       c.Flag("at", "Judge as of the beginning of this day (UTC), such as 2026-12-01, instead of now.").String(),
	}
}

// explainPolicy prints which rule holds for each device and why.
func explainPolicy(ctx context.Context, s Streams, p policyFlags) error {
	at := time.Now()
	if *p.at != "" {
		var err error
		if at, err = time.Parse(time.DateOnly, *p.at); err != nil {
			return fmt.Errorf("--at=%s is not a date; write it as 2026-12-01", *p.at)
		}
	}
	if *p.model != "" && *p.running == "" {
		return errors.New("--model is of use with --running alone; else the device is asked for it")
	}
	if err := p.selected.check(); err != nil {
		return err
	}
	loaded, err := load(ctx, *p.config, app.Wiring{}, s)
	if err != nil {
		return err
	}
	plan := loaded.Plan
	if err := p.selected.apply(&plan); err != nil {
		return err
	}
	var devices []web.Device
	if *p.running != "" {
		if *p.model == "" && loaded.Policy.GoesBy("model") {
			fmt.Fprintln(s.Err, "warning: rules or advisories go by the model, which is not known without a poll; say it with --model")
		}
		devices, err = suppose(plan.Groups, loaded.Platforms, parser.Facts{Version: *p.running, Model: *p.model})
	} else {
		devices, err = pollOnce(ctx, plan, s.Err)
	}
	if err != nil {
		return err
	}
	failed := false
	for i, d := range devices {
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		if d.Version == "" {
			failed = true
			fmt.Fprintf(s.Out, "%s: %s\n", d.Device, reason(d))
		}
		if err := printPolicy(s.Out, loaded.Policy, d, at); err != nil {
			return err
		}
	}
	if failed {
		return errSilent
	}
	return nil
}

// suppose returns the devices as if a poll had read the facts.
func suppose(groups []poll.Group, known *parser.Registry, facts parser.Facts) ([]web.Device, error) {
	var devices []web.Device
	for _, g := range groups {
		for _, d := range g.Devices {
			platform, ok := known.Get(d.Platform)
			if !ok {
				return nil, fmt.Errorf("device %s has the platform %s, so its versions have no order without a poll; leave --running out", d.Name, d.Platform)
			}
			devices = append(devices, web.NewDevice(&poll.Status{Device: d, Platform: platform.ID, Vendor: platform.Vendor, Facts: facts}))
		}
	}
	return devices, nil
}

// printPolicy prints a device, its verdict, and what becomes of each rule for it.
func printPolicy(w io.Writer, p *app.Policy, d web.Device, at time.Time) error {
	device := version.Device{Name: d.Device, Platform: d.Platform, Vendor: d.Vendor, Model: d.Model, Group: d.Group, Labels: d.Labels, Version: d.Version}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	verdict := web.NewVerdict(p.Judge(device, at))
	if verdict == nil {
		fmt.Fprintf(out, "%s\tthere are no versions, advisories or lifecycle in the configuration\n", d.Device)
		return out.Flush()
	}
	fmt.Fprintf(out, "%s\t%s\t%s\n", d.Device, verdict.State, verdict.Why)
	line := func(key, text string) {
		if text != "" {
			fmt.Fprintf(out, "  %s\t%s\n", key, text)
		}
	}
	line("runs", strings.TrimSpace(strings.Join([]string{d.Platform, d.Model, d.Version}, " ")))
	for _, denial := range verdict.Denied {
		line("denied by", named(denial))
	}
	for _, denial := range verdict.Undecided {
		line("cannot be compared with", named(denial))
	}
	if verdict.EOL != nil && verdict.EOL.Date.IsZero() {
		line("end of life", verdict.EOL.Release+" has ended")
	} else if verdict.EOL != nil {
		line("end of life", verdict.EOL.Release+" on "+verdict.EOL.Date.Format(time.DateOnly))
	}
	for _, e := range p.Explain(device, at) {
		line("rule "+e.Rule, map[bool]string{true: "holds: "}[e.Holds]+e.Why)
	}
	return out.Flush()
}

func named(d web.Denial) string {
	if d.Severity == "" {
		return d.Advisory
	}
	return d.Advisory + " (" + d.Severity + ")"
}
