package cli

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
)

func bindCheck(_ *kingpin.CmdClause, f *flags, s Streams) func(context.Context) error {
	return func(context.Context) error {
		plan, err := app.Load(f.configFile, app.Wiring{})
		if err != nil {
			fmt.Fprintln(s.Err, err)
			return errSilent
		}
		for _, warning := range plan.Warnings {
			fmt.Fprintln(s.Err, "warning:", warning)
		}
		fmt.Fprintf(s.Out, "%s: %d devices in %d groups, %d platforms: OK\n", f.configFile, plan.Devices(), len(plan.Groups), len(plan.Platforms.All()))
		return nil
	}
}
