//go:build faults

package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// TestReboot has devices reboot between two polls and during one. Each reboot is counted once, and the boot time moves.
func TestReboot(t *testing.T) {
	t.Parallel()
	plan := pollSection{Interval: slowly(2 * time.Second), Timeout: slowly(1500 * time.Millisecond), ConnectTimeout: slowly(time.Second), Concurrency: 8}
	devices := newDevices(t, "sw", 4, twoModes...)
	between, during := devices[:2], devices[2:]
	e := run(t, newConfig(t, startFleet(t, devices...), plan).write(t))
	e.awaitScrape(t, "all devices up", upOnes(devices...))

	rebooted := time.Now()
	for _, d := range between {
		d.Reboot()
	}
	setFault(t, lab.RebootMidOutput, during...)
	e.awaitScrape(t, "polls that were cut off", func(s scrape) error {
		for _, d := range during {
			if reason := s.reasons()[d.Name]; reason != "disconnect" {
				return fmt.Errorf("%s: reason %q", d.Name, reason)
			}
		}
		return nil
	})
	setFault(t, "", during...)
	seen := e.awaitScrape(t, "reboots", func(s scrape) error {
		for _, d := range devices {
			if n := s.device(d.Name, "reboots_total"); n != 1 || s.device(d.Name, "up") != 1 {
				return fmt.Errorf("%s: %v reboots, %s", d.Name, n, s.reasons()[d.Name])
			}
		}
		return nil
	})
	later := e.awaitScrape(t, "two polls more", func(s scrape) error {
		for _, d := range devices {
			if n := s.device(d.Name, "polls_total") - seen.device(d.Name, "polls_total"); n < 2 {
				return fmt.Errorf("%s was polled %v times since", d.Name, n)
			}
		}
		return nil
	})
	for _, d := range devices {
		if n := later.device(d.Name, "reboots_total"); n != 1 {
			t.Errorf("%s: %v reboots counted, want 1", d.Name, n)
		}
		if at := later.device(d.Name, "boot_time_seconds"); at < float64(rebooted.Add(-2*time.Minute).Unix()) {
			t.Errorf("%s: booted at %v, want %v or later", d.Name, at, rebooted.Unix())
		}
	}
}
