package cli

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/parser"
)

func bindSchema(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	kinds := map[string]func() map[string]any{"config": app.ConfigSchema, "platform": parser.Schema}
	kind := c.Arg("kind", "Of which file: config or platform.").Required().Enum("config", "platform")
	return func(context.Context) error {
		return encode(s.Out, kinds[*kind]())
	}
}
