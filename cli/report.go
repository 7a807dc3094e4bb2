package cli

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/report"
	"github.com/netver/netver_exporter/web"
)

func bindReport(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	config := configFlag(c).String()
	output := c.Flag("output", "table, csv (a row for each device), json, markdown or html.").Default("table").Enum(slices.Sorted(maps.Keys(report.Outputs))...)
	from := c.Flag("url", "Ask this running exporter instead of polling the inventory now, such as http://localhost:9733.").String()
	httpConfig := c.Flag("http.config.file", "How to ask it: a file of Prometheus's HTTP client settings, with TLS, a password or a token.").String()
	return func(ctx context.Context) error {
		var devices []web.Device
		var err error
		switch {
		case *from != "":
			devices, err = fetchDevices(ctx, *from, *httpConfig)
		case *httpConfig != "":
			err = errors.New("--http.config.file is of use with --url alone")
		default:
			devices, err = sweep(ctx, *config, s)
		}
		if err != nil {
			return err
		}
		return report.Outputs[*output](s.Out, report.New(devices, time.Now()))
	}
}

// sweep polls the whole inventory once.
func sweep(ctx context.Context, config string, s Streams) ([]web.Device, error) {
	plan, err := load(ctx, config, app.Wiring{}, s)
	if err != nil {
		return nil, err
	}
	return pollOnce(ctx, plan.Plan, s.Err)
}
