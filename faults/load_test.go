//go:build faults

package faults

import (
	"fmt"
	"math"
	"testing"
)

// load is what the program holds.
type load struct {
	goroutines, descriptors, heap float64 // heap in bytes
}

func (l load) String() string {
	return fmt.Sprintf("%.0f goroutines, %.0f descriptors, %.2f MB of heap", l.goroutines, l.descriptors, l.heap/1e6)
}

var loadNames = []string{"go_goroutines", "process_open_fds", "go_memstats_heap_alloc_bytes"}

func loadOf(s scrape) load {
	return load{s.value(loadNames[0]), s.value(loadNames[1]), s.value(loadNames[2])}
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
			l := loadOf(e.scrape(t, loadNames...))
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

// working is what the exporter holds at least while it polls.
func (e *exporter) working(t *testing.T) load {
	t.Helper()
	least := loadOf(e.scrape(t, loadNames...))
	for range 200 {
		l := loadOf(e.scrape(t, loadNames...))
		least = load{min(least.goroutines, l.goroutines), min(least.descriptors, l.descriptors), min(least.heap, l.heap)}
		pause(t, beat/5)
	}
	return least
}
