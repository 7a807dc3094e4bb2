package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

func bindLab(c *kingpin.CmdClause, f *flags, _ streams) func(context.Context) error {
	number := c.Flag("devices", "How many devices.").Default("60").Int()
	file := c.Flag("write-config", "Leave the configuration behind in this file, as an example to start from.").String()
	return func(ctx context.Context) error {
		if *number < 1 {
			return fmt.Errorf("--devices=%d is no fleet; want 1 or more", *number)
		}
		platforms, err := parser.BuiltIns()
		if err != nil {
			return err
		}
		devices, err := lab.Demo(*number, platforms.All()...)
		if err != nil {
			return err
		}
		fleet, err := lab.Start(ctx, devices...)
		if err != nil {
			return err
		}
		defer fleet.Close()
		if *file == "" {
			dir, err := os.MkdirTemp("", "netver-lab-")
			if err != nil {
				return fmt.Errorf("make a place for the lab's configuration: %w", err)
			}
			defer os.RemoveAll(dir)
			*file = filepath.Join(dir, "config.yml")
		}
		if err := writeLab(*file, fleet); err != nil {
			return fmt.Errorf("write the lab's configuration: %w", err)
		}
		f.configFile = *file
		return run(ctx, f, promslog.New(f.log))
	}
}

// writeLab writes a configuration that polls the fleet, and the known_hosts file that it names, beside it.
func writeLab(file string, fleet *lab.Fleet) error {
	knownHosts := file + ".known_hosts"
	if err := os.WriteFile(knownHosts, fleet.KnownHosts(), 0o600); err != nil {
		return err
	}
	return os.WriteFile(file, labConfig(filepath.Base(knownHosts), fleet.Devices()), 0o600)
}

func labConfig(knownHosts string, devices []*lab.Device) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# The fleet of "netver_exporter lab". Its addresses answer only while that runs.
poll: {interval: 15s, timeout: 10s, connect_timeout: 3s, concurrency: 32}
ssh: {known_hosts: [%q]}
credentials:
  lab: {username: %s, password: %s}
groups:
  - name: lab
    credentials: lab
    devices:
`, knownHosts, lab.Username, lab.Password)
	for _, d := range devices {
		fmt.Fprintf(&b, "      - {name: %s, address: %q, platform: %s, labels: {", d.Name, d.Addr(), d.Platform.ID)
		for i, name := range slices.Sorted(maps.Keys(d.Labels)) {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s: %q", name, d.Labels[name])
		}
		b.WriteString("}}\n")
	}
	return b.Bytes()
}
