package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/strictyaml"
	"github.com/netver/netver_exporter/web"
)

func bindCheck(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	file := configFlag(c).String()
	webFile := c.Flag("web.config.file", "Check this file, too, for TLS and authentication of the server.").String()
	return func(ctx context.Context) error {
		plan, err := app.Check(ctx, *file)
		warnings, webErr := web.CheckConfig(*webFile)
		if plan != nil {
			warnings = slices.Concat(plan.Warnings, warnings)
		}
		if err = errors.Join(err, webErr); err != nil {
			fmt.Fprintln(s.Err, err)
		}
		for _, warning := range warnings {
			fmt.Fprintln(s.Err, "warning:", warning)
		}
		if err != nil {
			return errSilent
		}
		verdict := "OK"
		if n := len(warnings); n > 0 {
			verdict += ", with " + strictyaml.Count(n, "warning")
		}
		fmt.Fprintf(s.Out, "%s: %s in %s, %s: %s\n", *file, strictyaml.Count(plan.Devices(), "device"),
			strictyaml.Count(len(plan.Groups), "group"), strictyaml.Count(len(plan.Platforms.IDs()), "platform"), verdict)
		return nil
	}
}
