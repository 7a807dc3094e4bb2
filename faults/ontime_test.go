//go:build faults

package faults

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// awaitOnTime waits for an interval in which each of the devices was polled, 99 % of all polls began within a tenth of the
// interval after they were due, and 99 % of the devices were up at all of their polls. It returns the scrapes at the ends of
// that interval. An interval that fails fails the test, unless other processes had more than a fifth of the machine in it; then
// another one is tried. The first sweep polls all devices at once and the next one spreads them: the first interval begins with that.
func (e *exporter) awaitOnTime(t *testing.T, interval time.Duration, devices ...*lab.Device) (from, to scrape) {
	t.Helper()
	const tries, strange = 5, 0.2
	e.awaitScrape(t, "a sweep that is spread", func(s scrape) error {
		if err := polledTimes(1)(s); err != nil {
			return err
		}
		polls := s.devices("polls_total")
		if !slices.ContainsFunc(devices, func(d *lab.Device) bool { return polls[d.Name] > 1 }) {
			return errors.New("no device was polled twice")
		}
		return nil
	})
	for range tries {
		from = e.scrape(t)
		began, before, spent := time.Now(), from.devices("polls_total"), othersSpent(t, from)
		to = e.awaitScrape(t, "a poll of each device", func(s scrape) error {
			polls := s.devices("polls_total")
			for _, d := range devices {
				if polls[d.Name] <= before[d.Name] {
					return fmt.Errorf("%s was not polled", d.Name)
				}
			}
			return nil
		})
		share, polls := late(from, to, interval/10)
		failed := failedBetween(from, to, devices)
		took := time.Since(began)
		others := (othersSpent(t, to) - spent).Seconds() / took.Seconds() / float64(runtime.NumCPU())
		t.Logf("%.2f %% of %v polls began later than a tenth of the interval; %d of %d devices failed %s; it took %v, the interval is %v; others had %.0f %% of the machine",
			100*share, polls, len(failed), len(devices), failed[:min(len(failed), 5)], took, interval, 100*others)
		switch {
		case share <= 0.01 && took < interval*3/2 && len(failed) <= len(devices)/100: // a device that is left out makes it two intervals
			return from, to
		case others <= strange:
			t.Error("polls were late, or healthy devices failed, on a machine that was ours")
			return from, to
		}
	}
	t.Errorf("polls were late, or healthy devices failed, in each of %d intervals, in which other processes were busy, too", tries)
	return from, to
}

// othersSpent is the processor time of the whole machine since it started, without that of this process and of the
// exporter that the scrape is from.
func othersSpent(t *testing.T, s scrape) time.Duration {
	t.Helper()
	const tick = time.Second / 100 // the kernel's, for user space
	first, _, _ := strings.Cut(readFile(t, "/proc/stat"), "\n")
	var all time.Duration
	for i, field := range strings.Fields(first)[1:] {
		ticks, err := strconv.Atoi(field)
		if err != nil {
			t.Fatalf("/proc/stat: %v", err)
		}
		if working := i != 3 && i != 4 && i < 8; working { // not idle, nor waiting for a disk; guests are counted twice
			all += time.Duration(ticks) * tick
		}
	}
	return all - processorTime() - time.Duration(s.value("process_cpu_seconds_total")*float64(time.Second))
}

// failedBetween is which of the devices were not up at all polls between two scrapes, with their reasons.
func failedBetween(from, to scrape, devices []*lab.Device) []string {
	before, after, up, reasons := from.devices("poll_failures_total"), to.devices("poll_failures_total"), to.devices("up"), to.reasons()
	var failed []string
	for _, d := range devices {
		if n := after[d.Name] - before[d.Name]; up[d.Name] != 1 || n != 0 {
			failed = append(failed, fmt.Sprintf("%s (%v failures, now %q)", d.Name, n, reasons[d.Name]))
		}
	}
	return failed
}
