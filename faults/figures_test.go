//go:build faults && figures

package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// figures are lines of the tables that docs/reliability.md has of these tests. They take minutes and measure what
// other tests hold, so that they stand behind a tag of their own.
type figures struct{ strings.Builder }

func (f *figures) add(cells ...any) {
	for _, c := range cells {
		fmt.Fprintf(f, "| %v ", c)
	}
	f.WriteString("|\n")
}

// fleetOf starts devices that take the password after a delay, and writes a configuration for them.
func fleetOf(t *testing.T, devices []*lab.Device, delay time.Duration, plan pollSection) (*lab.Fleet, string) {
	t.Helper()
	for _, d := range devices {
		d.Login.Delay = delay
	}
	fleet := startFleet(t, devices...)
	plan.Timeout, plan.ConnectTimeout = 20*time.Second, 10*time.Second
	return fleet, newConfig(t, fleet, plan).write(t)
}

const allDue = 0.01 // of the interval: all devices are due at once

// cells runs a test for each of the fleets that figures are taken of.
func cells(t *testing.T, test func(t *testing.T, workers, number int, delay time.Duration)) {
	for _, workers := range []int{64, 256} {
		for _, number := range []int{60, 300, 2000} {
			for _, delay := range []time.Duration{0, 2 * time.Second} {
				t.Run(fmt.Sprintf("%d workers, %d devices, %v", workers, number, delay), func(t *testing.T) { test(t, workers, number, delay) })
			}
		}
	}
}

// TestWrongPasswordFigures counts refused attempts until the pause, where the password is wrong from the start.
func TestWrongPasswordFigures(t *testing.T) {
	var table figures
	table.add("workers", "devices", "AAA delay", "refused attempts", "pause after")
	cells(t, func(t *testing.T, workers, number int, delay time.Duration) {
		devices := newDevices(t, "sw", number, twoModes...)
		for _, d := range devices {
			d.Login.Password = otherPassword
		}
		fleet, config := fleetOf(t, devices, delay, pollSection{Interval: 5 * time.Minute, Concurrency: workers, Spread: allDue})
		began := time.Now()
		run(t, config).awaitScrape(t, "the pause", paused("lab", 1))
		refused := fleet.Stats().Refusals
		table.add(workers, number, delay, refused, time.Since(began).Round(100*time.Millisecond))
		if refused < 1 || refused > refusalsAtStart {
			t.Errorf("%d refused attempts, want at most %d", refused, refusalsAtStart)
		}
	})
	t.Log("\n" + table.String())
}

// TestChangedPasswordFigures counts refused attempts until the pause, where the password is changed on the servers.
func TestChangedPasswordFigures(t *testing.T) {
	var table figures
	table.add("workers", "devices", "AAA delay", "sent before the first answer", "refused attempts", "pause after")
	cells(t, func(t *testing.T, workers, number int, delay time.Duration) {
		devices := newDevices(t, "sw", number, twoModes...)
		interval := time.Duration(max(15, number/33)) * time.Second
		fleet, config := fleetOf(t, devices, delay, pollSection{Interval: interval, Concurrency: workers})
		e := run(t, config)
		e.awaitScrape(t, "all devices up", upOnes(devices...))
		for _, d := range devices {
			d.SetPassword(otherPassword)
		}
		began := time.Now()
		for fleet.Stats().Refusals == 0 && time.Since(began) < patience {
			pause(t, beat/100)
		}
		pause(t, delay) // the answer to the first one is on its way: a server counts when it is asked
		inFlight := fleet.Stats().Refusals
		e.awaitScrape(t, "the pause", paused("lab", 1))
		refused := fleet.Stats().Refusals
		table.add(workers, number, delay, inFlight, refused, time.Since(began).Round(100*time.Millisecond))
		if refused < 1 || refused > inFlight+refusalsMore {
			t.Errorf("%d refused attempts, want at most the %d in flight and %d", refused, inFlight, refusalsMore)
		}
	})
	t.Log("\n" + table.String())
}

// TestMixedPasswordFigures measures the first sweep of a fleet in which some devices have a password of their own.
func TestMixedPasswordFigures(t *testing.T) {
	const number = 1000
	var table figures
	table.add("workers", "other passwords", "first sweep", "healthy devices not up", "polls not made: paused")
	for _, workers := range []int{64, 256} {
		for _, percent := range []int{0, 1, 10, 30} {
			t.Run(fmt.Sprintf("%d workers, %d %%", workers, percent), func(t *testing.T) {
				devices := newDevices(t, "sw", number, twoModes...)
				var healthy []*lab.Device
				for i, d := range devices {
					if i*37%100 < percent { // scattered
						d.Login.Password = otherPassword
					} else {
						healthy = append(healthy, d)
					}
				}
				_, config := fleetOf(t, devices, time.Second, pollSection{Interval: 10 * time.Minute, Concurrency: workers, Spread: allDue})
				s := run(t, config).awaitScrape(t, "the first sweep", polledTimes(1))
				down := 0
				for _, d := range healthy {
					if s.device(d.Name, "up") != 1 {
						down++
					}
				}
				pauses := s.where("netver_poll_failures_total", "reason", "paused")
				table.add(workers, fmt.Sprintf("%d %%", percent), fmt.Sprintf("%.1f s", s.value("netver_sweep_duration_seconds")), down, pauses)
				if down > 0 || pauses > 0 {
					t.Errorf("%d healthy devices are not up, %v polls were not made", down, pauses)
				}
			})
		}
	}
	t.Log("\n" + table.String())
}
