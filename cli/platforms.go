package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/file"
	"github.com/netver/netver_exporter/parser"
)

func bindPlatforms(c *kingpin.CmdClause, streams Streams) func(context.Context) error {
	list := c.Command("list", "List the platforms. The default.").Default()
	names := list.Flag("names", "List the names that Netmiko, NAPALM, Ansible, Oxidized and scrapli have for each platform.").Bool()
	show := c.Command("show", "Print a platform's definition.")
	commands := c.Command("commands", "Print what a platform has the exporter type, as a TACACS+ command set; for Junos also as a login class.")
	flags := addPlatformFlags(list, show, commands)
	var id string
	for _, command := range []*kingpin.CmdClause{show, commands} {
		command.Arg("id", "The platform's id, or an alias.").Required().StringVar(&id)
	}
	test := c.Command("test", "Read recorded answers with a definition; print the facts, and what found them.")
	definition := test.Arg("file", "The definition, a YAML file.").Required().String()
	samples := test.Arg("sample", "A .txtar file: a line \"-- COMMAND --\" ahead of each answer.").Required().Strings()
	var s subcommand
	s.when(list, func(context.Context) error {
		platforms, err := flags.load(streams)
		if err != nil {
			return err
		}
		if *names {
			return printNames(streams.Out, platforms)
		}
		return listPlatforms(streams.Out, platforms)
	})
	s.when(show, func(context.Context) error {
		p, err := flags.platform(id, streams)
		if err != nil {
			return err
		}
		_, err = streams.Out.Write(p.Definition())
		return err
	})
	s.when(commands, func(context.Context) error {
		p, err := flags.platform(id, streams)
		if err != nil {
			return err
		}
		return printCommands(streams.Out, p)
	})
	s.when(test, func(context.Context) error { return testDefinition(streams.Out, *definition, *samples) })
	return s.run
}

func listPlatforms(out io.Writer, platforms *parser.Registry) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tVENDOR\tALIASES\tCOMMANDS\tMODE\tORIGIN")
	for _, p := range platforms.All() {
		var typed []string
		for _, command := range p.Commands {
			if command.Poll {
				typed = append(typed, command.Run)
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Vendor, strings.Join(platforms.Aliases(p.ID), ", "), strings.Join(typed, "; "), p.Session.Mode, p.Origin)
	}
	return table.Flush()
}

func printCommands(w io.Writer, p *parser.Platform) error {
	text := p.CommandSet()
	if p.ID == "juniper_junos" {
		text += "\n" + p.LoginClass()
	}
	_, err := io.WriteString(w, text)
	return err
}

// printNames writes a row for each platform and a column for each tool.
func printNames(out io.Writer, platforms *parser.Registry) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "id\t%s\n", strings.Join(parser.Tools, "\t"))
	for _, id := range platforms.IDs() {
		fmt.Fprint(w, id)
		for _, tool := range parser.Tools {
			fmt.Fprintf(w, "\t%s", cmp.Or(strings.Join(platforms.NamesOf(id, tool), ", "), "-"))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// maxSample is above any sample, in bytes.
const maxSample = 64 << 20

// testDefinition reads each sample with a definition. A sample whose answers do not give what a poll needs is an error at
// the end; the others are read all the same.
func testDefinition(w io.Writer, definition string, samples []string) error {
	p, err := parser.LoadFile(definition)
	if err != nil {
		return err
	}
	for _, warning := range p.Warnings {
		fmt.Fprintln(w, "warning:", warning)
	}
	var failed []error
	for _, name := range samples {
		text, err := file.Read(name, maxSample)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
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
		for _, doubt := range p.Doubts(sample) {
			fmt.Fprintln(w, "  warning:", doubt)
		}
		writeMatches(w, reading.Matches)
		if err := json.NewEncoder(w).Encode(reading.Facts.Report(p.ID)); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}
