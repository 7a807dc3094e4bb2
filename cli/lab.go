package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/strictyaml"
)

// mostDevices is how many devices a lab has at most: each costs memory and a port of its own.
const mostDevices = 100_000

func bindLab(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	number := c.Flag("devices", "How many devices.").Default("60").Int64()
	live := c.Flag("live", "Devices reboot, are upgraded, fail and recover by themselves all the time.").Bool()
	file := c.Flag("write-config", "Leave the configuration behind in this new file, as an example to start from.").String()
	server := addServerFlags(c, s)
	return func(ctx context.Context) error {
		if *number < 1 || *number > mostDevices {
			return fmt.Errorf("--devices=%d is no fleet; want 1 to %d", *number, mostDevices)
		}
		platforms, err := parser.BuiltIns()
		if err != nil {
			return err
		}
		demo, write := lab.Demo, app.WriteLab
		if *live {
			demo, write = lab.LiveDemo, app.WriteLiveLab
		}
		devices, err := demo(int(*number), platforms.All()...)
		if err != nil {
			return err
		}
		fleet, err := lab.Start(ctx, devices...)
		if err != nil {
			return err
		}
		defer fleet.Close()
		if *file == "" {
			dir, err := os.MkdirTemp("", "netver-lab-")
			if err != nil {
				return fmt.Errorf("make a place for the lab's configuration: %w", err)
			}
			defer os.RemoveAll(dir)
			*file = filepath.Join(dir, "config.yml")
		}
		if err := write(*file, fleet); err != nil {
			return fmt.Errorf("write the lab's configuration: %w", err)
		}
		l := labRun{file: *file, fleet: fleet, live: *live, out: s.Out}
		return l.run(ctx, server)
	}
}

// labRun is a lab whose configuration is written.
type labRun struct {
	file  string
	fleet *lab.Fleet
	live  bool
	out   io.Writer
}

// run serves the lab until the context ends. If it cannot begin, no configuration is left behind.
func (l labRun) run(ctx context.Context, server *serverFlags) error {
	var changes sync.WaitGroup
	changing, stop := context.WithCancel(ctx)
	errs := make(chan error, 2)
	listened := false
	server.options.ConfigFile = l.file
	server.options.Listening = func(url string) {
		listened = true
		fmt.Fprint(l.out, introduction(url, l.file, l.fleet.Devices(), l.pace()))
		if l.live {
			changes.Go(func() { errs <- l.fleet.Live(changing, l.pace()) })
			changes.Go(func() { errs <- app.FieldChanges(changing, l.file, l.fleet, fieldPace) })
		}
	}
	err := server.run(ctx)
	stop()
	changes.Wait()
	close(errs)
	for e := range errs {
		err = errors.Join(err, e)
	}
	if !listened {
		err = errors.Join(err, app.RemoveLab(l.file))
	}
	return err
}

// fieldPace is the time between two changes of the live lab's source of devices.
const fieldPace = 15 * time.Second

// pace is the time between two changes of the live fleet, such that a device of a small one meets one every two minutes; 0:
// nothing changes.
func (l labRun) pace() time.Duration {
	if !l.live {
		return 0
	}
	return min(2*time.Second, max(100*time.Millisecond, 2*time.Minute/time.Duration(len(l.fleet.Devices()))))
}

// introduction is what a person wants to know of a lab that has just started.
// Pace is the time between two changes of the fleet, or 0.
func introduction(url, file string, devices []*lab.Device, pace time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on loopback, until Ctrl-C.\n\n", strictyaml.Count(len(devices), "simulated device"))
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "open\t%s\n", url)
	guest := devices[max(0, slices.IndexFunc(devices, func(d *lab.Device) bool { return d.Notes == nil }))]
	host, port, _ := net.SplitHostPort(guest.Addr()) // made of both
	fmt.Fprintf(table, "log in\tssh -p %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null %s@%s\n", port, lab.Username, host)
	fmt.Fprintf(table, "\tpassword %s; this is %s, addresses of the others are in the configuration\n", lab.Password, guest.Name)
	fmt.Fprintf(table, "configuration\t%s\n", file)
	_ = table.Flush() // into memory
	b.WriteByte('\n')
	if pace > 0 {
		fmt.Fprintf(&b, "Every %s something happens to a device: it reboots, is upgraded, fails or recovers.\n\n", pace.Round(time.Millisecond))
	}
	writeNotes(&b, devices)
	return b.String()
}

// writeNotes tells which devices are special, and how: those that share a note in one line.
func writeNotes(w io.Writer, devices []*lab.Device) {
	const shown = 4
	var notes []string
	names := map[string][]string{}
	for _, d := range devices {
		for _, note := range d.Notes {
			if names[note] == nil {
				notes = append(notes, note)
			}
			names[note] = append(names[note], d.Name)
		}
	}
	if notes == nil {
		return
	}
	fmt.Fprintln(w, "These misbehave on purpose:")
	for _, note := range notes {
		list := names[note]
		line := strings.Join(list[:min(shown, len(list))], ", ")
		if more := len(list) - shown; more > 0 {
			line += fmt.Sprintf(" and %d more", more)
		}
		fmt.Fprintf(w, "  %s: %s\n", line, note)
	}
	fmt.Fprintln(w)
}
