package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/version"
)

func bindVersions(c *kingpin.CmdClause, streams Streams) func(context.Context) error {
	compare := c.Command("compare", "Print how two versions stand to each other: <, =, > or ? (they cannot be compared).")
	sort := c.Command("sort", "Print the versions of standard input, ascending; those that cannot be compared follow a line with ?.")
	flags := addPlatformFlags(compare, sort)
	var platform string
	for _, command := range []*kingpin.CmdClause{compare, sort} {
		command.Flag("platform", "The platform that the versions are of.").Required().StringVar(&platform)
	}
	a := compare.Arg("a", "A version.").Required().String()
	b := compare.Arg("b", "Another version.").Required().String()
	explain := c.Command("policy", "Say which rule holds for a device and why.")
	policy := bindPolicy(explain)
	order := func() (*version.Order, error) {
		p, err := flags.platform(platform, streams)
		if err != nil {
			return nil, err
		}
		if p.Order == nil {
			fmt.Fprintf(streams.Err, "netver_exporter: platform %s has no order: its versions are only equal or not\n", p.ID)
		}
		return p.Order, nil
	}
	var s subcommand
	s.when(compare, func(context.Context) error {
		o, err := order()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(streams.Out, relation(o, strings.TrimSpace(*a), strings.TrimSpace(*b)))
		return err
	})
	s.when(sort, func(ctx context.Context) error {
		o, err := order()
		if err != nil {
			return err
		}
		return sortVersions(ctx, o, streams)
	})
	s.when(explain, func(ctx context.Context) error { return explainPolicy(ctx, streams, policy) })
	return s.run
}

// relation returns how a stands to b, as a sign.
func relation(o *version.Order, a, b string) string {
	c, ok := o.Compare(a, b)
	switch {
	case !ok:
		return "?"
	case c < 0:
		return "<"
	case c > 0:
		return ">"
	}
	return "="
}

func sortVersions(ctx context.Context, o *version.Order, s Streams) error {
	text, _, err := readAll(ctx, "", s.In)
	if err != nil {
		return err
	}
	var versions []string
	for line := range strings.Lines(text) {
		if v := strings.TrimSpace(line); v != "" {
			versions = append(versions, v)
		}
	}
	groups, incomparable := o.Sort(versions)
	out := bufio.NewWriter(s.Out)
	for _, equal := range groups {
		fmt.Fprintln(out, strings.Join(equal, " = "))
	}
	if incomparable != nil {
		fmt.Fprintln(out, "?")
		fmt.Fprintln(out, strings.Join(incomparable, "\n"))
	}
	return out.Flush()
}
