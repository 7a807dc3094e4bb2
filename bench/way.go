package main

import (
	"fmt"

	"github.com/netver/netver_exporter/parser"
)

// way is one of the two ways to ask a device, and a platform that is asked so.
type way struct {
	mode     string
	platform string
	sample   string
}

var (
	byExec  = way{mode: "exec", platform: "cisco_nxos", sample: "nexus-93180"}
	byShell = way{mode: "shell", platform: "cisco_ios", sample: "catalyst-9200"}
)

var ways = map[string]way{byExec.mode: byExec, byShell.mode: byShell}

// definition is the way's platform.
func (w way) definition() (*parser.Platform, error) {
	platforms, err := parser.BuiltIns()
	if err != nil {
		return nil, err
	}
	p, ok := platforms.Get(w.platform)
	if !ok {
		return nil, fmt.Errorf("no platform %s", w.platform)
	}
	return p, nil
}

// lines are what the platform has the exporter type, so that the bare client does the same.
func (w way) lines() ([]string, error) {
	p, err := w.definition()
	if err != nil {
		return nil, err
	}
	var lines []string
	if w.mode == byShell.mode {
		lines = append(lines, p.Session.Setup...)
	}
	for _, c := range p.Commands {
		if c.Poll && !c.Host {
			lines = append(lines, c.Run)
		}
	}
	if w.mode == byShell.mode {
		lines = append(lines, p.Session.Exit)
	}
	return lines, nil
}
