package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/parser"
)

// platformFlags are of the commands that know platforms and poll nothing.
type platformFlags struct {
	config string
	given  bool // config was named on the command line
	files  []string
}

func addPlatformFlags(to ...*kingpin.CmdClause) *platformFlags {
	f := &platformFlags{}
	for _, c := range to {
		configFlag(c).IsSetByUser(&f.given).StringVar(&f.config)
		c.Flag("platform-file", "Your own platform definition. Repeatable.").StringsVar(&f.files)
	}
	return f
}

// load returns the built-in platforms, those of the configuration if there is one, and those of the files. A configuration
// that is broken costs a warning.
func (f *platformFlags) load(s Streams) (*parser.Registry, error) {
	known, problems, err := app.Platforms(f.config, f.given)
	if err != nil {
		return nil, err
	}
	if problems != nil {
		for line := range strings.Lines(problems.Error() + "\n") {
			fmt.Fprint(s.Err, "warning: ", line)
		}
	}
	for _, file := range f.files {
		if slices.ContainsFunc(known.Own(), func(p *parser.Platform) bool { return sameFile(p.Origin, file) }) {
			continue // it is named twice, or in the configuration too
		}
		p, err := parser.LoadFile(file)
		if err != nil {
			return nil, err
		}
		for _, warning := range p.Warnings {
			fmt.Fprintln(s.Err, "warning:", warning)
		}
		if _, err := known.Add(p); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// platform returns the platform with this id or alias of those that load returns.
func (f *platformFlags) platform(name string, s Streams) (*parser.Platform, error) {
	known, err := f.load(s)
	if err != nil {
		return nil, err
	}
	return app.Platform(known, name)
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
