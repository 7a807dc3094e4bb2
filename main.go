// netver_exporter tells Prometheus, for every router, switch and firewall, which software version it runs, since when
// it is up, and whether it can be reached.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/netver/netver_exporter/cli"
)

func main() {
	// A second signal kills at once: whoever waits for a device can always get out.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Execute(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
