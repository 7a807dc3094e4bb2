package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"
)

func bindCheck(_ *kingpin.CmdClause, f *flags, s streams) func(context.Context) error {
	return func(context.Context) error {
		c, _, err := load(f.configFile, false)
		if err != nil {
			fmt.Fprintln(s.err, err)
			return errSilent
		}
		for _, warning := range c.Warnings {
			fmt.Fprintln(s.err, "warning:", warning)
		}
		fmt.Fprintf(s.out, "%s: %d devices in %d groups, %d platforms: OK\n", f.configFile, c.Devices(), len(c.Groups), len(c.Platforms.All()))
		return nil
	}
}
