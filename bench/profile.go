package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/poll"
)

// profile is the role that shows where the time of a poll goes: the exporter without its HTTP, in this process, over
// the first sweep of a simulator's fleet, or with -persistent over the ten after that.
func profile(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("profile", flag.ContinueOnError)
	mode := flags.String("mode", "exec", "exec or shell")
	n := flags.Int64("devices", 5_000, "devices")
	workers := flags.Int("workers", 64, "workers")
	persistent := flags.Bool("persistent", false, "stay logged in")
	cpuFile := flags.String("cpu", "cpu.prof", "where to leave the CPU profile")
	memoryFile := flags.String("memory", "memory.prof", "where to leave the profile of allocations")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "netver-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := startSimulator(ctx, dir, ways[*mode], int(*n))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	from, to, u := int64(0), *n, setup{workers: *workers}
	if *persistent {
		from, to = *n, 11**n
		u.persistent, u.interval = true, time.Duration(*n)*time.Millisecond
	}
	e, counter, err := engine(s, u)
	if err != nil {
		return err
	}
	polling, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- e.Run(polling) }()
	counter.await(from)
	err = errors.Join(counter.record(to, *cpuFile), writeAllocations(*memoryFile))
	stop()
	return errors.Join(err, <-ended)
}

// record profiles until there were so many polls.
func (c *counter) record(to int64, file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	from, start, cpu := c.polls.Load(), time.Now(), ownCPU()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	c.await(to)
	pprof.StopCPUProfile()
	runtime.ReadMemStats(&after)
	polls := c.polls.Load() - from
	fmt.Printf("%.0f polls/s, %.3f ms CPU, %d allocations and %d bytes a poll\n", float64(polls)/time.Since(start).Seconds(),
		float64((ownCPU()-cpu).Microseconds())/1000/float64(polls), (after.Mallocs-before.Mallocs)/uint64(polls), (after.TotalAlloc-before.TotalAlloc)/uint64(polls))
	return nil
}

// ownCPU is what this process has computed.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func engine(s *simulator, u setup) (*poll.Engine, *counter, error) {
	text, err := u.config(s)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(s.dir, "config.yml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, nil, err
	}
	plan, err := app.Load(file, app.Wiring{})
	if err != nil {
		return nil, nil, err
	}
	sessions, poller := device.NewSessions(), plan.Poller.(*device.Poller)
	poller.KeepIn(sessions)
	sessions.Keep(poller, plan.Groups)
	counter := &counter{Collector: collector.New()}
	e, err := poll.New(plan.Plan, slog.New(slog.DiscardHandler), counter)
	return e, counter, err
}

func writeAllocations(file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(out, 0), out.Close())
}

// counter counts polls.
type counter struct {
	*collector.Collector
	polls atomic.Int64
}

// Observe counts a poll.
func (c *counter) Observe(e poll.Event) {
	c.Collector.Observe(e)
	c.polls.Add(1)
}

// await waits until there were so many.
func (c *counter) await(polls int64) {
	const pause = time.Millisecond
	for c.polls.Load() < polls {
		time.Sleep(pause)
	}
}
