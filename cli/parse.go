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

func bindParse(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	platform := c.Flag("platform", "The platform that the output is of.").Required().String()
	command := c.Flag("command", "The command that printed it.").Required().String()
	flags := addPlatformFlags(c)
	file := c.Arg("file", "The output; - is standard input.").Required().String()
	return func(context.Context) error {
		platforms, err := flags.load(s)
		if err != nil {
			return err
		}
		p, err := app.Platform(platforms, *platform)
		if err != nil {
			return err
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
