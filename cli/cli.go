// Package cli is the command line: one file a command, flags in and an exit code out.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"
)

// Streams are what a command reads from and writes to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// flags are those that every command understands.
type flags struct {
	configFile string
	stateFile  string
	lifecycle  bool
	web        *toolkit.FlagConfig
	log        *promslog.Config
}

// commands is every command: its words, and a function that adds its flags and returns what it does.
var commands = []struct {
	name, help string
	bind       func(*kingpin.CmdClause, *flags, Streams) func(context.Context) error
}{
	{"run", "Poll on schedule and serve the metrics. The default.", bindRun},
	{"lab", "Start a fleet of simulated devices on loopback and poll it as run would.", bindLab},
	{"check", "Check config, inventory, platforms and credentials; print every problem.", bindCheck},
	{"poll", "Poll devices of the inventory once, now.", bindPoll},
	{"parse", "Show the facts in a file that holds a command's output. No network.", bindParse},
	{"platforms", "List the platforms, or show one's definition.", bindPlatforms},
	{"versions", "Compare and sort versions in their platform's own order.", bindVersions},
}

// errSilent ends with exit code 1 when the command has already said why.
var errSilent = errors.New("failed")

// Execute runs the command that the arguments name and returns its exit code. The context ends it.
func Execute(ctx context.Context, args []string, s Streams) int {
	var f flags
	app := kingpin.New("netver_exporter", "Prometheus exporter for the software version, uptime and reachability of network devices.")
	app.UsageWriter(s.Out)
	app.ErrorWriter(s.Err)
	app.HelpFlag.Short('h')
	app.Version(version.Print("netver_exporter"))
	app.VersionFlag.Help("Show the version.")
	app.Flag("config.file", "The configuration.").Default("config.yml").StringVar(&f.configFile)
	app.Flag("state.file", "Keep facts and counters in this file over a restart. Off by default.").StringVar(&f.stateFile)
	app.Flag("web.enable-lifecycle", "Allow POST /-/reload.").BoolVar(&f.lifecycle)
	f.web = kingpinflag.AddFlags(app, ":9733")
	f.log = &promslog.Config{Writer: s.Err}
	promslogflag.AddFlags(app, f.log)

	run := map[string]func(context.Context) error{}
	for i, c := range commands {
		clause := app.Command(c.name, c.help)
		if i == 0 {
			clause.Default()
		}
		run[c.name] = c.bind(clause, &f, s)
	}
	name, err := app.Parse(args)
	if err == nil {
		name, _, _ = strings.Cut(name, " ") // "platforms show" is platforms' own affair
		err = run[name](ctx)
	}
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errSilent):
		fmt.Fprintf(s.Err, "netver_exporter: %v\n", err)
	}
	return 1
}
