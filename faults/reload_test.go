//go:build faults

package faults

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// TestReload reloads a fleet of 2,000 in the middle of sweeps: with some devices gone and others new, with a broken file,
// and many times in a row.
func TestReload(t *testing.T) {
	t.Parallel()
	const number, spare = 2000, 200
	plan := pollSection{
		Interval: slowly(15 * time.Second), Timeout: slowly(4 * time.Second), ConnectTimeout: slowly(2 * time.Second), Concurrency: 64,
	}
	devices := newDevices(t, "sw", number+spare, twoModes...)
	gone, kept, added := devices[:spare], devices[spare:number], devices[number:]
	fleet := startFleet(t, devices...)
	config := newConfig(t, fleet, plan)
	all := config.Groups[0].Devices
	config.Groups[0].Devices = all[:number]
	e := run(t, config.write(t))
	e.awaitScrape(t, "a sweep", polledTimes(1))
	before := e.awaitScrape(t, "the middle of a sweep", middle(kept, 2))

	config.Groups[0].Devices = all[spare:]
	config.write(t)
	e.mustReload(t)
	after := e.scrape(t)
	verifyMembers(t, after, gone, kept, added)
	for _, name := range []string{"polls_total", "poll_failures_total", "boot_time_seconds", "info", "last_success_timestamp_seconds"} {
		was, is := before.devices(name), after.devices(name)
		for _, d := range kept {
			if v, ok := is[d.Name]; !ok || v < was[d.Name] {
				t.Errorf("%s: netver_device_%s was %v and is %v", d.Name, name, was[d.Name], v)
			}
		}
	}

	writeFile(t, config.path, "poll: {concurency: 3}\n")
	if status := e.reload(t); status != http.StatusInternalServerError {
		t.Errorf("reload of a broken file: status %d", status)
	}
	broken := e.scrape(t)
	verifyMembers(t, broken, gone, kept, added)
	if ok := broken.value("netver_config_last_reload_successful"); ok != 0 || !strings.Contains(e.log.String(), "poll.concurency: unknown key") {
		t.Errorf("netver_config_last_reload_successful is %v after a broken file, and the log has to tell why", ok)
	}
	config.write(t)
	e.signal(t, syscall.SIGHUP)
	e.awaitScrape(t, "a reload by SIGHUP", func(s scrape) error {
		if ok := s.value("netver_config_last_reload_successful"); ok != 1 {
			return fmt.Errorf("netver_config_last_reload_successful is %v", ok)
		}
		return nil
	})

	next := e.awaitScrape(t, "the middle of the next sweep", middle(kept, 3))
	verifyOrder(t, kept, before, next)
	for _, d := range kept {
		if n := next.device(d.Name, "polls_total"); n > 4 {
			t.Errorf("%s was polled %v times in three sweeps", d.Name, n)
		}
	}

	for i := range 10 { // half of the fleet goes and comes, while it is polled
		config.Groups[0].Devices = all[i%2*number/2:]
		config.write(t)
		e.mustReload(t)
	}
	config.Groups[0].Devices = all
	config.write(t)
	e.mustReload(t)
	e.awaitScrape(t, "the whole fleet", upOnes(devices...))
	e.stop(t)
	for _, d := range devices {
		if n := d.Stats().SessionsMax; n != 1 {
			t.Errorf("%s had %d sessions at once", d.Name, n)
		}
	}
}

// middle wants half of the devices to have been polled so often.
func middle(devices []*lab.Device, times float64) func(scrape) error {
	return func(s scrape) error {
		polls, n := s.devices("polls_total"), 0
		for _, d := range devices {
			if polls[d.Name] >= times {
				n++
			}
		}
		if n < len(devices)/2 {
			return fmt.Errorf("%d devices were polled %v times, want half of %d", n, times, len(devices))
		}
		return nil
	}
}

// verifyMembers wants a series for each device that is there, and none for those that are gone. Those that are kept are up, but for what runs out of
// time on a busy machine.
func verifyMembers(t *testing.T, s scrape, gone, kept, added []*lab.Device) {
	t.Helper()
	polls, up, reasons := s.devices("polls_total"), s.devices("up"), s.reasons()
	for _, d := range append(kept[:len(kept):len(kept)], added...) {
		if _, ok := polls[d.Name]; !ok {
			t.Errorf("%s is missing", d.Name)
		}
	}
	late := 0
	for _, d := range kept {
		switch down := up[d.Name] != 1; {
		case down && outOfTime(reasons[d.Name]):
			late++
		case down:
			t.Errorf("%s was lost: %q", d.Name, reasons[d.Name])
		}
	}
	if late > len(kept)/100 {
		t.Errorf("%d of %d devices ran out of time", late, len(kept))
	}
	left := maps.Clone(polls)
	maps.Copy(left, up)
	for _, d := range gone {
		if _, ok := left[d.Name]; ok {
			t.Errorf("%s is still there", d.Name)
		}
	}
}

// verifyOrder wants the devices that were polled in both sweeps to have been polled in the same order: they keep their
// phases. On average they may be a twentieth out of place; drawn anew they would be a third.
func verifyOrder(t *testing.T, devices []*lab.Device, before, after scrape) {
	t.Helper()
	polls, later := before.devices("polls_total"), after.devices("polls_total")
	var both []string
	for _, d := range devices {
		if polls[d.Name] == 2 && later[d.Name] == 3 {
			both = append(both, d.Name)
		}
	}
	rank := func(s scrape) map[string]int {
		at, ranks := s.devices("last_poll_timestamp_seconds"), make(map[string]int)
		for i, name := range slices.SortedFunc(slices.Values(both), func(a, b string) int { return cmp.Compare(at[a], at[b]) }) {
			ranks[name] = i
		}
		return ranks
	}
	first, second, off := rank(before), rank(after), 0
	for _, name := range both {
		off += max(first[name]-second[name], second[name]-first[name])
	}
	if n := len(both); n < len(devices)/4 || off > n*n/20 {
		t.Errorf("%d of %d devices were polled in both halves, %.2f of all places away from their own", n, len(devices), float64(off)/float64(n*n))
	}
}
