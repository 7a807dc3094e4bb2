//go:build faults

package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// TestNoisyNeighbours has 30 % of a fleet hang for the whole timeout at every poll. The others are polled once an interval
// and on time, and a device that comes back is noticed within an interval. The interval is ten timeouts, as by default.
func TestNoisyNeighbours(t *testing.T) {
	t.Parallel()
	const number, sick = 1000, 300
	plan := pollSection{
		Interval: slowly(15 * time.Second), Timeout: slowly(1500 * time.Millisecond), ConnectTimeout: slowly(time.Second), Concurrency: 64,
	}
	devices := newDevices(t, "sw", number, twoModes...)
	for i, d := range devices {
		if i%10 < 10*sick/number {
			d.Fault = lab.Freeze
		}
	}
	config := newConfig(t, startFleet(t, devices...), plan)
	e := run(t, config.write(t))

	var healthy, hanging []*lab.Device
	for _, d := range devices {
		if d.Fault == "" {
			healthy = append(healthy, d)
		} else {
			hanging = append(hanging, d)
		}
	}
	from, to := e.awaitOnTime(t, config, healthy...)
	plan = config.Poll
	before, after := from.devices("polls_total"), to.devices("polls_total")
	for _, d := range healthy {
		if n := after[d.Name] - before[d.Name]; n > 2 {
			t.Errorf("%s: %v polls in an interval", d.Name, n)
		}
	}

	healed := hanging[:60]
	began := time.Now()
	setFault(t, "", healed...)
	e.awaitScrape(t, "devices that came back", upMost(healed...))
	if took := time.Since(began); took > plan.Interval*3/2+plan.Timeout {
		t.Errorf("devices that came back were noticed after %v, want an interval of %v", took, plan.Interval)
	}
}

// upMost wants all the devices but a hundredth, or one, to be up: so many may run out of time at a poll, and have to wait for the next.
func upMost(devices ...*lab.Device) func(scrape) error {
	return func(s scrape) error {
		up, down := s.devices("up"), 0
		for _, d := range devices {
			if up[d.Name] != 1 {
				down++
			}
		}
		if down > max(1, len(devices)/100) {
			return fmt.Errorf("%d devices are down", down)
		}
		return nil
	}
}

// upOnes wants all the devices to be up.
func upOnes(devices ...*lab.Device) func(scrape) error {
	return func(s scrape) error {
		up := s.devices("up")
		for _, d := range devices {
			if up[d.Name] != 1 {
				return fmt.Errorf("%s is down: %s", d.Name, s.reasons()[d.Name])
			}
		}
		return nil
	}
}
