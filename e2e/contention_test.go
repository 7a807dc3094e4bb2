//go:build e2e && cluster

package e2e

import (
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// contention looks, now and then, at how much longer work takes than on a machine of our own: it keeps every processor busy for a moment and compares the time
// that it has had.
type contention struct {
	mu    sync.Mutex
	looks []look
}

type look struct {
	at        time.Time
	took, had time.Duration // of all processors
}

// watchContention looks until the test ends.
func watchContention(t *testing.T) *contention {
	const every, takes = time.Second, 20 * time.Millisecond
	c := &contention{}
	stop, stopped := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(stop); <-stopped })
	go func() {
		defer close(stopped)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				c.look(takes)
			}
		}
	}()
	return c
}

func (c *contention) look(takes time.Duration) {
	began, before := time.Now(), processorTime()
	var spinning sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		spinning.Go(func() {
			for time.Since(began) < takes {
			}
		})
	}
	spinning.Wait()
	l := look{began, time.Duration(runtime.GOMAXPROCS(0)) * time.Since(began), processorTime() - before}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks = append(c.looks, l)
}

// since is how many times longer work has taken since a time; 1 on a machine of our own.
func (c *contention) since(from time.Time) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var took, had time.Duration
	for _, l := range c.looks {
		if l.at.After(from) {
			took, had = took+l.took, had+l.had
		}
	}
	if had == 0 {
		return 1
	}
	return max(1, float64(took)/float64(had))
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
