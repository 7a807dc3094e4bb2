package cli

import (
	"context"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"

	"github.com/netver/netver_exporter/app"
)

func bindRun(_ *kingpin.CmdClause, f *flags, _ Streams) func(context.Context) error {
	return func(ctx context.Context) error { return app.Run(ctx, f.options(), promslog.New(f.log)) }
}

func (f *flags) options() app.Options {
	return app.Options{ConfigFile: f.configFile, StateFile: f.stateFile, Lifecycle: f.lifecycle, Web: f.web}
}
