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
	"time"

	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/poll"
)

// profile is the role that shows where the time of a poll goes: the exporter without its HTTP, in this process, over
// one sweep of a simulator's fleet.
func profile(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("profile", flag.ContinueOnError)
	mode := flags.String("mode", "exec", "exec or shell")
	n := flags.Int("devices", 10_000, "devices")
	workers := flags.Int("workers", 64, "workers")
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
	s, err := startSimulator(ctx, dir, ways[*mode], *n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	e, counter, err := engine(s, setup{workers: *workers})
	if err != nil {
		return err
	}
	out, err := os.Create(*cpuFile)
	if err != nil {
		return err
	}
	defer out.Close()
	polling, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := pprof.StartCPUProfile(out); err != nil {
		stop()
		return err
	}
	go func() { ended <- e.Run(polling) }()
	<-counter.done
	pprof.StopCPUProfile()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	stop()
	fmt.Printf("%.0f polls/s, %d allocations and %d bytes a poll\n", float64(*n)/took.Seconds(),
		(after.Mallocs-before.Mallocs)/uint64(*n), (after.TotalAlloc-before.TotalAlloc)/uint64(*n))
	return errors.Join(<-ended, writeAllocations(*memoryFile))
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
	c, err := config.Load(file, os.LookupEnv)
	if err != nil {
		return nil, nil, err
	}
	counter := &counter{Collector: collector.New(), left: int64(s.count), done: make(chan struct{})}
	e, err := poll.New(poll.Plan{
		Settings: c.Settings, Groups: c.Groups, Poller: poll.NewSSH(c.Client, c.Platforms, c.Credentials, false),
	}, slog.New(slog.DiscardHandler), counter)
	return e, counter, err
}

func writeAllocations(file string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(out, 0), out.Close())
}

// counter tells when a number of polls has ended.
type counter struct {
	*collector.Collector
	left int64
	done chan struct{}
}

// Observe counts a poll.
func (c *counter) Observe(e poll.Event) {
	c.Collector.Observe(e)
	if atomic.AddInt64(&c.left, -1) == 0 {
		close(c.done)
	}
}
