package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/parser"
)

func bindPlatforms(c *kingpin.CmdClause, f *flags, s Streams) func(context.Context) error {
	files := c.Flag("platform-file", "Your own platform definition. Repeatable.").Strings()
	names := c.Flag("names", "List the names that Netmiko, NAPALM, Ansible, Oxidized and scrapli have for each platform.").Bool()
	c.Command("list", "List the platforms. The default.").Default()
	id := c.Command("show", "Print a platform's definition.").Arg("id", "The platform's id, or an alias.").Required().String()
	return func(context.Context) error {
		platforms, err := platformSet(f, *files)
		if err != nil {
			return err
		}
		if *id != "" {
			p, err := platforms.Find(*id)
			if err != nil {
				return fmt.Errorf("%w; `netver_exporter platforms` lists them", err)
			}
			_, err = s.Out.Write(p.Definition())
			return err
		}
		w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
		if *names {
			printNames(w, platforms)
			return w.Flush()
		}
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

// printNames writes a row for each platform and a column for each tool.
func printNames(w io.Writer, platforms *parser.Registry) {
	fmt.Fprintf(w, "id\t%s\n", strings.Join(parser.Tools, "\t"))
	for _, p := range platforms.All() {
		fmt.Fprint(w, p.ID)
		for _, tool := range parser.Tools {
			fmt.Fprintf(w, "\t%s", cmp.Or(strings.Join(platforms.NamesOf(p.ID, tool), ", "), "-"))
		}
		fmt.Fprintln(w)
	}
}
