// Package cli is the command line: one file a command, flags in and an exit code out.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/version"

	"github.com/netver/netver_exporter/terminal"
)

// Streams are what a command reads from and writes to. What cannot be seen is escaped on the way out.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Hangup   <-chan os.Signal // SIGHUP, which commands that serve take for a reload, and others end at; nil: nobody sends it
}

// command is one of the program's commands: its words, and a function that adds its flags and returns what it does.
type command struct {
	name, help string
	bind       func(*kingpin.CmdClause, Streams) func(context.Context) error
}

var commands = []command{
	{"run", "Poll on schedule and serve the metrics. The default.", bindRun},
	{"lab", "Start a fleet of simulated devices on loopback and poll it as run would.", bindLab},
	{"check", "Check config, inventory, platforms and credentials; print every problem.", bindCheck},
	{"inventory", "Read all sources once and show the merged inventory.", bindInventory},
	{"poll", "Poll devices of the inventory once, now.", bindPoll},
	{"parse", "Show the facts in a file that holds a command's output. No network.", bindParse},
	{"platforms", "List the platforms, or show one's definition.", bindPlatforms},
	{"schema", "Print the JSON Schema of the configuration or of a platform's definition, for editors.", bindSchema},
	{"hostkey", "Fill and correct known_hosts: scan, show, accept, forget.", bindHostkey},
	{"versions", "Compare and sort versions in their platform's own order; explain the policy for versions.", bindVersions},
	{"report", "Sum up the fleet: versions, compliance, denied versions, ends of life, reboots.", bindReport},
	{"healthcheck", "Ask a running exporter whether it is healthy.", bindHealthcheck},
}

// errSilent ends with exit code 1 when the command has already said why.
var errSilent = errors.New("failed")

// Execute runs the command that the arguments name and returns its exit code: 0, or 1 when it failed, could not print, or was called
// wrongly. The context ends it.
func Execute(ctx context.Context, args []string, s Streams) int {
	out := &written{to: s.Out}
	s.Out, s.Err = &terminal.Printable{To: out}, &terminal.Printable{To: s.Err}
	run, err := parseArgs(args, s, out)
	if err == nil {
		err = run(ctx)
	}
	if err == nil {
		err = out.failed()
	}
	return exitCode(err, s)
}

// exitCode says on standard error what failed, if the command has not.
func exitCode(err error, s Streams) int {
	switch {
	case err == nil:
		return 0
	case !errors.Is(err, errSilent):
		fmt.Fprintf(s.Err, "netver_exporter: %v\n", err)
	}
	return 1
}

// parseArgs returns what the command that the arguments name does with its flags. Help and version end the program.
func parseArgs(args []string, s Streams, out *written) (func(context.Context) error, error) {
	app := kingpin.New("netver_exporter", "Prometheus exporter for the software version, uptime and reachability of network devices.\n\n"+
		"Each command has flags of its own, which follow it: netver_exporter COMMAND --help shows them. Without a command, run is meant.")
	app.UsageWriter(help{out})
	app.Terminate(func(code int) { os.Exit(max(code, exitCode(out.failed(), s))) })
	app.ErrorWriter(s.Err)
	app.HelpFlag.Short('h').Help("Show this help or, after a command, that of the command.")
	app.Version(version.Print("netver_exporter"))
	app.VersionFlag.Help("Show the version.")
	run := map[string]func(context.Context) error{}
	for i, c := range commands {
		clause := app.Command(c.name, c.help)
		if i == 0 {
			clause.Default()
		}
		run[c.name] = c.bind(clause, s)
	}
	if len(args) == 1 && generated[args[0]] != nil {
		return func(context.Context) error { return generated[args[0]](app, s.Out) }, nil
	}
	name, err := app.Parse(args)
	if err != nil {
		return nil, explainCall(app, args, err)
	}
	if err := emptyFlag(app, args); err != nil {
		return nil, err
	}
	name, _, _ = strings.Cut(name, " ") // "platforms show" is platforms' own affair
	if name != "run" && name != "lab" {
		signal.Reset(syscall.SIGHUP)
	}
	return run[name], nil
}

func isCommand(word string) bool { return slices.Contains(commandNames(), word) }

func commandNames() (names []string) {
	for _, c := range commands {
		names = append(names, c.name)
	}
	return names
}

// configFlag is of the commands that read the configuration.
func configFlag(c *kingpin.CmdClause) *kingpin.FlagClause {
	return c.Flag("config.file", "The configuration.").Default("config.yml")
}
