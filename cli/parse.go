package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/parser"
)

func bindParse(c *kingpin.CmdClause, s Streams) func(context.Context) error {
	platform := c.Flag("platform", "The platform that the output is of.").Required().String()
	command := c.Flag("command", "The command that printed it.").Required().String()
	flags := addPlatformFlags(c)
	file := c.Arg("file", "The output; - is standard input.").Required().String()
	return func(ctx context.Context) error {
		p, err := flags.platform(*platform, s)
		if err != nil {
			return err
		}
		text, source, err := readAll(ctx, *file, s.In)
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

// readAll reads the file, or standard input, and says which. A pipe may let us wait for ever: the context ends that, and leaves
// who waits behind.
func readAll(ctx context.Context, file string, stdin io.Reader) (text, source string, err error) {
	read, source := func() ([]byte, error) { return io.ReadAll(stdin) }, "standard input"
	if file != "" { // what kingpin makes of a lone -
		read, source = func() ([]byte, error) { return os.ReadFile(file) }, file
	}
	type reading struct {
		text []byte
		err  error
	}
	done := make(chan reading, 1)
	go func() {
		text, err := read()
		done <- reading{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", source, fmt.Errorf("read %s: %w", source, context.Cause(ctx))
	case r := <-done:
		if r.err != nil && file == "" {
			r.err = fmt.Errorf("read standard input: %w", r.err)
		}
		return string(r.text), source, r.err
	}
}
