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
	const number, sick = 2000, 600
	plan := pollSection{
		Interval: slowly(10 * time.Second), Timeout: slowly(time.Second), ConnectTimeout: slowly(500 * time.Millisecond), Concurrency: 128,
	}
	devices := newDevices(t, "sw", number, twoModes...)
	for i, d := range devices {
		if i%10 < 10*sick/number {
			d.Fault = lab.Freeze
		}
	}
	fleet := startFleet(t, devices...)
	e := run(t, newConfig(t, fleet, plan).write(t))

	first := e.awaitScrape(t, "the first sweep", polledTimes(1))
	began := time.Now()
	before := first.devices("polls_total")
	last := e.awaitScrape(t, "two polls of each healthy device", func(s scrape) error {
		polls := s.devices("polls_total")
		for _, d := range devices {
			if n := polls[d.Name] - before[d.Name]; n < 2 && d.Fault == "" {
				return fmt.Errorf("%s was polled %v times", d.Name, n)
			}
		}
		return nil
	})
	if took := time.Since(began); took > plan.Interval*22/10 {
		t.Errorf("two polls of each healthy device took %v, want two intervals of %v", took, plan.Interval)
	}
	polls, up := last.devices("polls_total"), last.devices("up")
	for _, d := range devices {
		n := polls[d.Name] - before[d.Name]
		switch healthy := d.Fault == ""; {
		case healthy && (up[d.Name] != 1 || n > 3):
			t.Errorf("%s: up %v, %v polls in two intervals", d.Name, up[d.Name], n)
		case !healthy && (up[d.Name] != 0 || n < 1):
			t.Errorf("%s hangs: up %v, %v polls in two intervals", d.Name, up[d.Name], n)
		}
	}
	share, total := late(first, last, plan.Interval/10)
	if share > 0.01 {
		t.Errorf("%.2f %% of %v polls were later than a tenth of the interval", 100*share, total)
	}
	t.Logf("of %v polls %.3f %% were late", total, 100*share)

	var healed []*lab.Device
	for _, d := range devices {
		if d.Fault != "" && len(healed) < 60 {
			healed = append(healed, d)
		}
	}
	began = time.Now()
	setFault(t, "", healed...)
	e.awaitScrape(t, "devices that came back", upOnes(healed...))
	if took := time.Since(began); took > plan.Interval*12/10+plan.Timeout {
		t.Errorf("devices that came back were noticed after %v, want an interval of %v", took, plan.Interval)
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
