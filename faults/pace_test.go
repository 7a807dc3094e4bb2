//go:build faults

package faults

import (
	"runtime"
	"sync"
	"syscall"
	"time"
)

// slowly stretches a time of a plan where everything is slow: under the race detector, and on a machine that has much
// else to do. What is tested are ratios; a timeout that a busy machine alone exceeds tells nothing.
func slowly(d time.Duration) time.Duration { return time.Duration(float64(d) * stretch()) }

// raceFactor is how much slower a poll is with the race detector in the exporter, the lab's half of the work included.
const raceFactor = 1.6

var stretch = sync.OnceValue(func() float64 {
	return min(now(), 3) // beyond it the suite takes longer than it is worth
})

// now is how much slower everything is at the moment.
func now() float64 {
	factor := max(contention(300*time.Millisecond), 1)
	if *raced {
		factor *= raceFactor
	}
	return factor
}

// busier stretches a bound further, by how much busier the machine is now than it was when the times of the plans were stretched.
func busier(d time.Duration) time.Duration {
	return time.Duration(float64(d) * max(1, now()/stretch()))
}

// contention is how much longer work takes than it would on a machine of our own: it keeps every processor busy for a
// while and compares the time that it has had.
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
