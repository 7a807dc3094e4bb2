//go:build faults

package faults

import (
	"flag"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

var polls = flag.Int("polls", 2000, "polls that TestLeaks makes")

// TestLeaks makes many polls over all faults, takes every device out of the inventory, and wants the program to be where
// it was after the first sweeps: goroutines, descriptors and heap.
func TestLeaks(t *testing.T) {
	t.Parallel()
	const each = 4
	plan := pollSection{
		Interval: slowly(time.Second), Timeout: slowly(600 * time.Millisecond), ConnectTimeout: slowly(300 * time.Millisecond), Concurrency: 64,
	}
	var devices []*lab.Device
	for i, fault := range append(lab.Faults(), "") {
		for j := range each {
			d := newDevice(t, fmt.Sprintf("lab-sw-%d-%d", i, j), twoModes[j%2])
			d.Fault, d.Pause = fault, plan.Timeout
			devices = append(devices, d)
		}
	}
	fleet := startFleet(t, devices...)
	config := newConfig(t, fleet, plan)
	members := config.Groups[0].Devices
	for i := range members {
		members[i].Credentials = "of-" + members[i].Name // so that none is paused
		config.credential(members[i].Credentials, ourPassword)
	}
	e := run(t, config.write(t))
	e.awaitScrape(t, "a sweep", polledTimes(2))
	empty := func() {
		config.Groups[0].Devices = []member{}
		config.write(t)
		e.mustReload(t)
	}
	empty()
	base := e.settle(t, nil)
	for e.scrape(t).value("netver_polls_total") < float64(*polls) {
		config.Groups[0].Devices = members
		config.write(t)
		e.mustReload(t)
		stage := math.Min(float64(*polls), e.scrape(t).value("netver_polls_total")+2000)
		e.awaitScrape(t, "a stage of polls", func(s scrape) error {
			if n := s.value("netver_polls_total"); n < stage {
				return fmt.Errorf("%v polls of %v", n, stage)
			}
			return nil
		})
	}
	empty()
	t.Logf("after the first sweeps: %v", base)
	t.Logf("after %v polls:       %v", e.scrape(t).value("netver_polls_total"), e.settle(t, &base))
}
