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

// strange is the share of the machine that other processes may have before it counts as busy.
const strange = 0.2

// awaitOnTime waits for an interval in which each of the devices was polled, 99 % of all polls began within a tenth of the
// interval after they were due, and 99 % of the devices were up at all of their polls. It returns the scrapes at the ends of
// that interval. An interval that fails fails the test, unless other processes had more than a fifth of the machine in it; then
// another one is tried with a slower plan, since the machine is busier than it was when the plan was stretched. The first sweep polls
// all devices at once and the next one spreads them: the first interval begins with that.
func (e *exporter) awaitOnTime(t *testing.T, c *config, devices ...*lab.Device) (from, to scrape) {
	t.Helper()
	const tries, slower = 4, 1.4 // in all less than what await has patience for
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
		interval := c.Poll.Interval
		from = e.scrape(t)
		began, others := time.Now(), e.watchOthers(t, from)
		to = e.awaitScrape(t, "a poll of each device", polledSince(from, devices))
		share, polls := late(from, to, interval/10)
		failed := failedBetween(from, to, devices)
		took := time.Since(began)
		had := others(to)
		t.Logf("%.2f %% of %v polls began later than a tenth of the interval; %d of %d devices failed %s; it took %v, the interval is %v; others had %.0f %% of the machine",
			100*share, polls, len(failed), len(devices), failed[:min(len(failed), 5)], took, interval, 100*had)
		switch {
		case share <= 0.01 && took < interval*3/2 && len(failed) <= len(devices)/100: // a device that is left out makes it two intervals
			return from, to
		case had <= strange:
			t.Error("polls were late, or healthy devices failed, on a machine that was ours")
			return from, to
		}
		c.Poll.stretch(slower)
		c.write(t)
		e.mustReload(t)
		e.awaitScrape(t, "a sweep of the slower plan", polledSince(e.scrape(t), devices))
	}
	t.Errorf("polls were late, or healthy devices failed, in each of %d intervals, in which other processes were busy, too", tries)
	return from, to
}

// polledSince wants each of the devices to have been polled since a scrape.
func polledSince(from scrape, devices []*lab.Device) func(scrape) error {
	before := from.devices("polls_total")
	return func(s scrape) error {
		polls := s.devices("polls_total")
		for _, d := range devices {
			if polls[d.Name] <= before[d.Name] {
				return fmt.Errorf("%s was not polled", d.Name)
			}
		}
		return nil
	}
}

// stretch makes the plan slower, and leaves its ratios.
func (p *pollSection) stretch(by float64) {
	for _, d := range []*time.Duration{&p.Interval, &p.Timeout, &p.ConnectTimeout} {
		*d = time.Duration(float64(*d) * by)
	}
}

// watchOthers returns what tells the share of the machine that other processes have had from one scrape to another.
func (e *exporter) watchOthers(t *testing.T, from scrape) func(to scrape) float64 {
	t.Helper()
	began, spent := time.Now(), othersSpent(t, from)
	return func(to scrape) float64 {
		return (othersSpent(t, to) - spent).Seconds() / time.Since(began).Seconds() / float64(runtime.NumCPU())
	}
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

// outOfTime reports a reason that a healthy device fails for where the machine was too busy to ask it.
func outOfTime(reason string) bool {
	return slices.Contains([]string{"timeout", "connect_timeout", "prompt"}, reason)
}
