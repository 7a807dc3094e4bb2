package cli

import (
	"context"

	"github.com/alecthomas/kingpin/v2"
)

// subcommand does what the one of several commands below another does that the arguments name.
type subcommand struct {
	chosen func(context.Context) error
}

// when has a command do something if it is named.
func (s *subcommand) when(c *kingpin.CmdClause, do func(context.Context) error) {
	c.Action(func(*kingpin.ParseContext) error { s.chosen = do; return nil })
}

func (s *subcommand) run(ctx context.Context) error { return s.chosen(ctx) }
