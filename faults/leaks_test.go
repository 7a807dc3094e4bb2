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
		config.credential(members[i].Credentials, lab.Password)
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

// load is what the program holds.
type load struct {
	goroutines, descriptors, heap float64 // heap in bytes
}

func (l load) String() string {
	return fmt.Sprintf("%.0f goroutines, %.0f descriptors, %.2f MB of heap", l.goroutines, l.descriptors, l.heap/1e6)
}

func loadOf(s scrape) load {
	return load{s.value("go_goroutines"), s.value("process_open_fds"), s.value("go_memstats_heap_alloc_bytes")}
}

// settle waits until no poll is in flight, collects the least of everything over some scrapes, which is what remains
// after a garbage collection, and goes on until that is no more than the base, if there is one.
func (e *exporter) settle(t *testing.T, base *load) load {
	t.Helper()
	const scrapes = 100
	least := load{math.Inf(1), math.Inf(1), math.Inf(1)}
	n := 0
	e.awaitScrape(t, "things to settle", func(s scrape) error {
		if busy := s.value("netver_workers_busy"); busy > 0 {
			return fmt.Errorf("%v workers are busy", busy)
		}
		for range scrapes {
			l := loadOf(e.scrape(t))
			least = load{min(least.goroutines, l.goroutines), min(least.descriptors, l.descriptors), min(least.heap, l.heap)}
		}
		n++
		switch {
		case base == nil && n < 3:
			return fmt.Errorf("%d rounds of scrapes", n)
		case base != nil && (least.goroutines > base.goroutines || least.descriptors > base.descriptors || least.heap > 1.2*base.heap+1e6):
			return fmt.Errorf("%v, want no more than %v", least, *base)
		}
		return nil
	})
	return least
}
