//go:build faults

package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// awaitOnTime waits for an interval in which each of the devices was polled, and 99 % of all polls began within a tenth of
// the interval after they were due. It returns the scrapes at the ends of that interval. Whatever else runs on the machine
// may spoil one interval or another; what the exporter does wrong spoils them all.
func (e *exporter) awaitOnTime(t *testing.T, interval time.Duration, devices ...*lab.Device) (from, to scrape) {
	t.Helper()
	const tries = 5
	var verdict string
	for range tries {
		from = e.scrape(t)
		began, before := time.Now(), from.devices("polls_total")
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
		took := time.Since(began)
		verdict = fmt.Sprintf("%.2f %% of %v polls began later than a tenth of the interval; it took %v, the interval is %v", 100*share, polls, took, interval)
		if share <= 0.01 && took < interval*12/10 {
			t.Log(verdict)
			return from, to
		}
	}
	t.Errorf("in each of %d intervals polls were late, in the last one: %s", tries, verdict)
	return from, to
}

// verifyNoFailures wants the devices to be up and to have been up at all polls between two scrapes, but for one in a hundred,
// which may have met a moment in which the machine was busy with something else.
func verifyNoFailures(t *testing.T, from, to scrape, devices ...*lab.Device) {
	t.Helper()
	before, after, up, reasons := from.devices("poll_failures_total"), to.devices("poll_failures_total"), to.devices("up"), to.reasons()
	var failed []string
	for _, d := range devices {
		if n := after[d.Name] - before[d.Name]; up[d.Name] != 1 || n != 0 {
			failed = append(failed, fmt.Sprintf("%s (%v failures, now %q)", d.Name, n, reasons[d.Name]))
		}
	}
	if n := len(failed); n > len(devices)/100 {
		t.Errorf("%d of %d devices were not up all the time, among them %s", n, len(devices), failed[:min(n, 5)])
	}
}
