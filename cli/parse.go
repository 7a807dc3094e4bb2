package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/parser"
)

func bindParse(c *kingpin.CmdClause, f *flags, s Streams) func(context.Context) error {
	platform := c.Flag("platform", "The platform that the output is of.").Required().String()
	command := c.Flag("command", "The command that printed it.").Required().String()
	files := c.Flag("platform-file", "Your own platform definition. Repeatable.").Strings()
	file := c.Arg("file", "The output; - is standard input.").Required().String()
	return func(context.Context) error {
		platforms, err := platformSet(f, *files)
		if err != nil {
			return err
		}
		p, err := platforms.Find(*platform)
		if err != nil {
			return fmt.Errorf("%w; `netver_exporter platforms` lists them", err)
		}
		text, source, err := readAll(*file, s.In)
		if err != nil {
			return err
		}
		reading, err := p.Parse([]parser.Output{{Command: *command, Text: text}})
		if _, refused := errors.AsType[*parser.RefusedError](err); refused {
			return err
		}
		if reading.Facts.IsZero() {
			return fmt.Errorf("%s: no fact found that %s tells in %q", source, p.ID, *command)
		}
		return json.NewEncoder(s.Out).Encode(reading.Facts.Report(p.ID))
	}
}

// platformSet is the built-in platforms, those of the configuration if there is one, and those of the files.
func platformSet(f *flags, files []string) (*parser.Registry, error) {
	platforms, err := app.Platforms(f.configFile)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		p, err := parser.LoadFile(file)
		if err != nil {
			return nil, err
		}
		if _, err := platforms.Add(p); err != nil {
			return nil, err
		}
	}
	return platforms, nil
}

// readAll reads the file, or standard input, and says which.
func readAll(file string, stdin io.Reader) (text, source string, err error) {
	if file != "" { // what kingpin makes of a lone -
		b, err := os.ReadFile(file)
		return string(b), file, err
	}
	b, err := io.ReadAll(stdin)
	if err != nil {
		err = fmt.Errorf("read standard input: %w", err)
	}
	return string(b), "standard input", err
}
