package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// largeFleet follows one exporter through its first sweep of the large fleet and through a second one on schedule, and
// another one that is scraped meanwhile.
func (r *rig) largeFleet(ctx context.Context) error {
	if r.large == 0 {
		return nil
	}
	return r.with(ctx, byExec, r.large, func(s *simulator) error {
		bare, err := r.bare(ctx, s, r.workers)
		if err != nil {
			return err
		}
		u := setup{workers: r.workers, interval: r.lag, spread: 1}
		alone, err := r.sweeps(ctx, s, u)
		if err != nil {
			return err
		}
		scraped, err := r.scraped(ctx, s, u)
		if err != nil {
			return err
		}
		fmt.Printf(" %d devices, %d workers\n", s.count, r.workers)
		show("bare", []figures{bare})
		show("netver_exporter", []figures{alone})
		ratio([]figures{alone}, []figures{bare})
		show("scraped each 15 s", []figures{scraped})
		ratio([]figures{scraped}, []figures{alone})
		return nil
	})
}

// sweeps measures the first sweep, checks what it found, reads idle scrapes, and then the lag of a sweep on schedule.
func (r *rig) sweeps(ctx context.Context, s *simulator, u setup) (f figures, err error) {
	done, err := s.stats()
	if err != nil {
		return f, err
	}
	e, err := startExporter(ctx, r.binary, s, u)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	from, to := s.most(done.Polls)
	if f, err = window(ctx, s, e.process, from, to); err != nil {
		return f, err
	}
	busy, _, err := e.scrape(ctx)
	if err != nil {
		return f, err
	}
	goroutines, err := sample(busy, "go_goroutines")
	if err != nil {
		return f, err
	}
	fmt.Printf("  %-28s %8.0f at full speed\n", "goroutines", goroutines)
	before, err := r.idle(ctx, s, e, done.Polls+int64(s.count))
	if err != nil {
		return f, err
	}
	if _, err = await(ctx, s, e.process, done.Polls+2*int64(s.count)); err != nil {
		return f, err
	}
	text, err := e.settled(ctx, 2*s.count)
	if err != nil {
		return f, err
	}
	after, err := lagBuckets(text)
	if err != nil {
		return f, err
	}
	fmt.Printf("  %-28s p50 ≤ %v s, p99 ≤ %v s at %d devices in %v\n", "start minus due",
		quantile(0.5, before, after), quantile(0.99, before, after), s.count, u.interval)
	f.peak, err = e.memory(peakMemory)
	return f, err
}

// idle waits for the end of the first sweep, checks that every device is right, and weighs scrapes of a fleet of which
// nothing changes. It returns the lag so far.
func (r *rig) idle(ctx context.Context, s *simulator, e *exporter, polls int64) ([]bucket, error) {
	if _, err := await(ctx, s, e.process, polls); err != nil {
		return nil, err
	}
	text, err := e.settled(ctx, s.count)
	if err != nil {
		return nil, err
	}
	if n := wrong(text, s.count); n > 0 {
		return nil, fmt.Errorf("%d of %d devices are not right: %s", n, s.count, reasons(text))
	}
	fmt.Printf("  %-28s %8d of %d\n", "devices right", s.count, s.count)
	const scrapes = 5
	start, err := e.cpu()
	if err != nil {
		return nil, err
	}
	for range scrapes {
		if _, _, err := e.scrape(ctx); err != nil {
			return nil, err
		}
	}
	end, err := e.cpu()
	if err != nil {
		return nil, err
	}
	fmt.Printf("  %-28s %8.0f ms CPU, %.1f MB of text\n", "an idle scrape",
		float64((end-start).Milliseconds())/scrapes, float64(len(text))/1e6)
	return lagBuckets(text)
}

// settled scrapes until the exporter has counted so many polls: it does so a little after the simulator.
func (e *exporter) settled(ctx context.Context, polls int) ([]byte, error) {
	for start := time.Now(); ; {
		text, _, err := e.scrape(ctx)
		if err != nil {
			return nil, err
		}
		counted, err := sample(text, "netver_polls_total")
		if err != nil || int(counted) >= polls {
			return text, err
		}
		if time.Since(start) > patience {
			return nil, fmt.Errorf("%v of %d polls after %v", counted, polls, patience)
		}
	}
}

// scraped measures a first sweep while a scrape comes each 15 s, the first at its beginning.
func (r *rig) scraped(ctx context.Context, s *simulator, u setup) (f figures, err error) {
	const every = 15 * time.Second
	done, err := s.stats()
	if err != nil {
		return f, err
	}
	e, err := startExporter(ctx, r.binary, s, u)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	from, to := s.most(done.Polls)
	if _, err = await(ctx, s, e.process, from); err != nil {
		return f, err
	}
	scraping, stop := context.WithCancel(ctx)
	slowest, failed := time.Duration(0), make(chan error, 1)
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			_, took, err := e.scrape(scraping)
			if err != nil {
				failed <- err
				return
			}
			slowest = max(slowest, took)
			select {
			case <-scraping.Done():
				failed <- nil
				return
			case <-tick.C:
			}
		}
	}()
	f, err = window(ctx, s, e.process, from, to)
	stop()
	if scrape := <-failed; scrape != nil && !errors.Is(scrape, context.Canceled) {
		err = errors.Join(err, scrape)
	}
	fmt.Printf("  %-28s %8.2f s at full speed\n", "slowest scrape", slowest.Seconds())
	return f, err
}
