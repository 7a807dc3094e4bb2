package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	test := c.Command("test", "Read recorded answers with a definition; print the facts, and what found them.")
	definition := test.Arg("file", "The definition, a YAML file.").Required().String()
	samples := test.Arg("sample", "A .txtar file: a line \"-- COMMAND --\" ahead of each answer.").Required().Strings()
	return func(context.Context) error {
		if *definition != "" {
			return testDefinition(s.Out, *definition, *samples)
		}
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

// testDefinition reads each sample with a definition. A sample whose answers do not give what a poll needs is an error at
// the end; the others are read all the same.
func testDefinition(w io.Writer, file string, samples []string) error {
	p, err := parser.LoadFile(file)
	if err != nil {
		return err
	}
	for _, warning := range p.Warnings {
		fmt.Fprintln(w, "warning:", warning)
	}
	var failed []error
	for _, name := range samples {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sample, err := parser.LoadSample(filepath.ToSlash(name), text)
		if err != nil {
			return err
		}
		reading, err := p.Parse(sample.Answers)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
		fmt.Fprintln(w, name)
		writeMatches(w, reading.Matches)
		if err := json.NewEncoder(w).Encode(reading.Facts.Report(p.ID)); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}
