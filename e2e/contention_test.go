//go:build e2e && cluster

package e2e

import (
	"runtime"
	"sync"
	"syscall"
	"time"
)

// contentionTakes is for how long contention looks.
const contentionTakes = 200 * time.Millisecond

// contention is how many times longer work takes than it would on a machine of our own: it keeps every processor busy for a while and compares the time that
// it has had.
func contention(d time.Duration) float64 {
	before, began := processorTime(), time.Now()
	var spinning sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		spinning.Go(func() {
			for time.Since(began) < d {
			}
		})
	}
	spinning.Wait()
	had := processorTime() - before
	return float64(runtime.GOMAXPROCS(0)) * float64(time.Since(began)) / float64(had)
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
