// Bench measures the exporter beside others that poll the same simulated fleet in the same run: a bare SSH client,
// which is the floor, and Netmiko. docs/performance.md says what the figures mean.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// options are what the command line sets.
type options struct {
	devices int           // of the comparisons
	large   int           // of the large fleet; 0: leave it out
	workers int           // of the large fleet
	rounds  int           // of each comparison; the median counts
	netmiko int           // devices for Netmiko to poll; 0: leave it out
	only    string        // run only the part with this name
	lag     time.Duration // the large fleet's interval
}

// roles are the processes of a run: the program starts itself once for each.
var roles = map[string]func(context.Context, []string) error{
	"simulator": simulate,
	"bare":      runBare,
	"profile":   profile,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if role, ok := roles[args[0]]; ok {
			return role(ctx, args[1:])
		}
	}
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.devices, "devices", 2000, "devices of the comparisons")
	flags.IntVar(&o.large, "large", 0, "devices of the large fleet; 0 leaves it out")
	flags.IntVar(&o.workers, "workers", 256, "workers for the large fleet")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds of each comparison, of which the median counts")
	flags.IntVar(&o.netmiko, "netmiko", 128, "devices for Netmiko to poll; 0 leaves it out")
	flags.StringVar(&o.only, "only", "", "run only this part")
	flags.DurationVar(&o.lag, "lag-interval", time.Minute, "interval at which the large fleet's lag is measured")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return newRig(o).run(ctx)
}
