package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// Files that the simulator leaves in its directory.
const (
	devicesFile    = "devices" // a line each: name and address
	knownHostsFile = "known_hosts"
)

// simulate is the role of the devices. It answers each line on its input with its counters, until the input ends.
func simulate(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("simulator", flag.ContinueOnError)
	mode := flags.String("mode", "exec", "exec or shell")
	n := flags.Int("devices", 1000, "devices")
	dir := flags.String("dir", ".", "where to leave the list of devices")
	if err := flags.Parse(args); err != nil {
		return err
	}
	devices, err := clones(ways[*mode], *n)
	if err != nil {
		return err
	}
	fleet, err := lab.Start(ctx, devices...)
	if err != nil {
		return err
	}
	defer fleet.Close()
	var list bytes.Buffer
	for _, d := range devices {
		fmt.Fprintln(&list, d.Name, d.Addr())
	}
	if err := os.WriteFile(filepath.Join(*dir, devicesFile), list.Bytes(), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*dir, knownHostsFile), fleet.KnownHosts(), 0o600); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if err := out.Encode(fleet.Stats()); err != nil {
			return err
		}
	}
	return nil
}

// clones are n devices that differ in name and address only.
func clones(w way, n int) ([]*lab.Device, error) {
	platform, err := w.definition()
	if err != nil {
		return nil, err
	}
	samples, err := parser.Samples()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(samples, func(s parser.Sample) bool { return s.Platform == w.platform && s.Name == w.sample })
	if at < 0 {
		return nil, fmt.Errorf("no sample %s of %s", w.sample, w.platform)
	}
	devices := make([]*lab.Device, n)
	for i := range devices {
		name := fmt.Sprintf("lab-%05d", i)
		devices[i] = &lab.Device{Name: name, Hostname: name, Platform: platform, Sample: samples[at]}
	}
	return devices, nil
}

// simulator is the process with the devices, as the rig sees it.
type simulator struct {
	*process
	dir   string
	way   way
	count int
}

func startSimulator(ctx context.Context, dir string, w way, n int) (*simulator, error) {
	p, err := startSelf(ctx, "simulator", "-mode", w.mode, "-devices", fmt.Sprint(n), "-dir", dir)
	if err != nil {
		return nil, err
	}
	s := &simulator{process: p, dir: dir, way: w, count: n}
	_, err = s.stats() // it answers once the fleet is there
	return s, err
}

func (s *simulator) stats() (lab.Stats, error) {
	var stats lab.Stats
	line, err := s.ask("stats")
	if err != nil {
		return stats, err
	}
	return stats, json.Unmarshal([]byte(line), &stats)
}

// addresses reads the list of devices that a simulator left in dir.
func addresses(dir string) (names, addresses []string, err error) {
	list, err := os.ReadFile(filepath.Join(dir, devicesFile))
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(string(list)) {
		name, address, _ := strings.Cut(strings.TrimSpace(line), " ")
		names, addresses = append(names, name), append(addresses, address)
	}
	return names, addresses, nil
}
