//go:build faults

package faults

import (
	"flag"
	"path/filepath"
	"testing"
	"time"
)

var (
	soak    = flag.Duration("soak", 20*time.Second, "how long TestSoak makes trouble")
	devices = flag.Int("devices", 300, "devices of TestSoak")
	seed    = flag.Uint64("seed", 1, "of what TestSoak does")
)

// TestSoak makes trouble at random: faults, reboots, upgrades, reloads. Once it ends, what the exporter shows of each
// device is what the device says of itself; no poll was lost or made twice; and the exporter holds what it held before.
func TestSoak(t *testing.T) {
	t.Parallel()
	plan := soakPlan(*devices)
	trouble, config := newTrouble(t, plan)
	e := run(t, config.write(t), "--state.file="+filepath.Join(t.TempDir(), "state.json"))
	e.awaitScrape(t, "a sweep that is spread", polledTimes(2))
	first := e.awaitScrape(t, "all devices up", upOnes(trouble.fleet.Devices()...)) // with the sessions that are kept
	began, others, base := time.Now(), e.watchOthers(t, first), e.working(t)

	end := time.Now().Add(slowly(*soak))
	for time.Now().Before(end) {
		trouble.make(t, e)
		pause(t, plan.Interval/time.Duration(len(trouble.others)))
	}
	setFault(t, "", trouble.others...)
	for _, d := range trouble.fleet.Devices() {
		d.SetPassword(otherPassword)
	}
	for name := range config.Credentials {
		config.credential(name, otherPassword)
	}
	config.write(t)
	e.mustReload(t) // another password ends the back-off of those that refused the one before
	recovered := time.Now()
	e.awaitScrape(t, "the devices up", upMost(trouble.fleet.Devices()...))
	took := time.Since(recovered)
	if took > 5*plan.Interval/2 {
		t.Errorf("the devices were up %v after the last fault, want two intervals of %v", took, plan.Interval)
	}
	e.awaitScrape(t, "all devices up", upOnes(trouble.fleet.Devices()...))
	e.awaitScrape(t, "the truth", trouble.truth)
	e.awaitScrape(t, "figures that agree", trouble.counted)
	last := e.scrape(t)
	trouble.paced(t, first, last, time.Since(began).Seconds()/plan.Interval.Seconds(), others(last) > strange)
	now := e.working(t)
	if now.goroutines > base.goroutines+20 || now.descriptors > base.descriptors+20 || now.heap > 1.3*base.heap+5e6 {
		t.Errorf("it holds %v, and held %v", now, base)
	}
	t.Logf("%d devices, %v of trouble: %v", *devices, slowly(*soak), trouble.did)
	t.Logf("%v polls, %v retries, up %v after the last fault; the interval is %v", last.value("netver_polls_total"), last.value("netver_poll_retries_total"), took, plan.Interval)
	t.Logf("before: %v; after: %v", base, now)
}

// soakPlan lets the fleet make about a hundred polls a second.
func soakPlan(devices int) pollSection {
	interval := slowly(max(6*time.Second, time.Duration(devices)*10*time.Millisecond))
	return pollSection{Interval: interval, Timeout: interval / 3, ConnectTimeout: interval / 6, Concurrency: max(64, devices/12)}
}
