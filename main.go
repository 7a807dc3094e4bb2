// netver_exporter tells Prometheus, for every router, switch and firewall, which software version it runs, since when
// it is up, and whether it can be reached.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/prometheus/common/version"

	"github.com/netver/netver_exporter/cli"
)

func main() {
	// Before anything else: a signal that has no handler yet kills without a word.
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal kills at once: whoever waits for a device can always get out.
	context.AfterFunc(ctx, stop)
	if built, ok := debug.ReadBuildInfo(); ok && version.Version == "" { // by go install, which knows no flags of ours
		version.Version = strings.TrimPrefix(built.Main.Version, "v")
	}
	os.Exit(cli.Execute(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Hangup: hangup}))
}
