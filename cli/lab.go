package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

func bindLab(c *kingpin.CmdClause, f *flags, _ Streams) func(context.Context) error {
	number := c.Flag("devices", "How many devices.").Default("60").Int()
	file := c.Flag("write-config", "Leave the configuration behind in this file, as an example to start from.").String()
	return func(ctx context.Context) error {
		if *number < 1 {
			return fmt.Errorf("--devices=%d is no fleet; want 1 or more", *number)
		}
		platforms, err := parser.BuiltIns()
		if err != nil {
			return err
		}
		devices, err := lab.Demo(*number, platforms.All()...)
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
		if err := app.WriteLab(*file, fleet); err != nil {
			return fmt.Errorf("write the lab's configuration: %w", err)
		}
		f.configFile = *file
		return app.Run(ctx, f.options(), promslog.New(f.log))
	}
}
