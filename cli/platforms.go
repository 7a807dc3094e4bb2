package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kingpin/v2"
)

func bindPlatforms(c *kingpin.CmdClause, f *flags, s Streams) func(context.Context) error {
	files := c.Flag("platform-file", "Your own platform definition. Repeatable.").Strings()
	c.Command("list", "List the platforms. The default.").Default()
	id := c.Command("show", "Print a platform's definition.").Arg("id", "The platform's id, or an alias.").Required().String()
	return func(context.Context) error {
		platforms, err := platformSet(f, *files)
		if err != nil {
			return err
		}
		if *id != "" {
			p, ok := platforms.Get(*id)
			if !ok {
				return fmt.Errorf("unknown platform %q; `netver_exporter platforms` lists them", *id)
			}
			_, err := s.Out.Write(p.Definition())
			return err
		}
		w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
		for _, p := range platforms.All() {
			var typed []string
			for _, command := range p.Commands {
				if command.Poll {
					typed = append(typed, command.Run)
				}
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.ID, p.Vendor, p.Session.Mode, p.Origin, strings.Join(typed, "; "))
		}
		return w.Flush()
	}
}
