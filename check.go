package main

import (
	"context"
	"fmt"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/config"
)

func bindCheck(_ *kingpin.CmdClause, f *flags, s streams) func(context.Context) error {
	return func(context.Context) error {
		c, err := config.Load(f.configFile, os.LookupEnv)
		if err != nil {
			fmt.Fprintln(s.err, err)
			return errSilent
		}
		if _, err := build(c, false); err != nil {
			return err
		}
		for _, warning := range c.Warnings {
			fmt.Fprintln(s.err, "warning:", warning)
		}
		fmt.Fprintf(s.out, "%s: %d devices in %d groups, %d platforms: OK\n", f.configFile, c.Devices(), len(c.Groups), len(c.Platforms.All()))
		return nil
	}
}
