package cli

import (
	"context"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/netver/netver_exporter/app"
)

func bindRun(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	config := configFlag(c).String()
	server := addServerFlags(c, s)
	shard := addShardFlags(c)
	return func(ctx context.Context) error {
		server.options.ConfigFile = *config
		var err error
		if server.options.Shard, err = shard(); err != nil {
			return err
		}
		return server.run(ctx)
	}
}

// serverFlags are of the commands that poll on schedule and serve.
type serverFlags struct {
	options app.Options
	log     promslog.Config
}

func addServerFlags(c *kingpin.CmdClause, s Streams) *serverFlags {
	f := &serverFlags{options: app.Options{Hangup: s.Hangup}, log: promslog.Config{Writer: s.Err, Level: promslog.NewLevel(), Format: promslog.NewFormat()}}
	c.Flag("state.file", "Keep facts and counters in this file over a restart. Off by default.").StringVar(&f.options.StateFile)
	c.Flag("web.enable-lifecycle", "Allow POST /-/reload.").BoolVar(&f.options.Lifecycle)
	f.options.Web = kingpinflag.AddFlags(c, ":9733")
	// Those of promslogflag.AddFlags, which stand on the whole program only.
	c.Flag(promslogflag.LevelFlagName, promslogflag.LevelFlagHelp).Default("info").HintOptions(promslog.LevelFlagOptions...).SetValue(f.log.Level)
	c.Flag(promslogflag.FormatFlagName, promslogflag.FormatFlagHelp).Default("logfmt").HintOptions(promslog.FormatFlagOptions...).SetValue(f.log.Format)
	return f
}

func (f *serverFlags) run(ctx context.Context) error {
	return app.Run(ctx, f.options, promslog.New(&f.log))
}
