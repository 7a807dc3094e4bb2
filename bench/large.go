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
	bare, err := r.bare(ctx, byExec, r.large, r.workers)
	if err != nil {
		return err
	}
	u := setup{workers: r.workers, interval: r.lag, spread: 1}
	alone, err := r.sweeps(ctx, u)
	if err != nil {
		return err
	}
	scraped, err := r.scraped(ctx, u)
	if err != nil {
		return err
	}
	fmt.Printf(" %d devices, %d workers\n", r.large, r.workers)
	show("bare", []figures{bare})
	show("netver_exporter", []figures{alone})
	ratio([]figures{alone}, []figures{bare})
	show("scraped each 15 s", []figures{scraped})
	ratio([]figures{scraped}, []figures{alone})
	return nil
}

// sweeps measures the first sweep, checks what it found, reads idle scrapes, and then the lag of a sweep on schedule.
func (r *rig) sweeps(ctx context.Context, u setup) (f figures, err error) {
	err = r.beside(ctx, byExec, r.large, u, func(s *simulator, e *exporter) error {
		from, to := s.most(0)
		if f, err = window(ctx, s, e.process, from, to); err != nil {
			return err
		}
		busy, _, err := e.scrape(ctx)
		if err != nil {
			return err
		}
		goroutines, err := sample(busy, "go_goroutines")
		if err != nil {
			return err
		}
		fmt.Printf("  %-28s %8.0f at full speed\n", "goroutines", goroutines)
		before, err := r.idle(ctx, s, e)
		if err != nil {
			return err
		}
		if f.peak, err = e.memory(peakMemory); err != nil {
			return err
		}
		if _, err = await(ctx, s, e.process, 2*int64(s.count)); err != nil {
			return err
		}
		text, err := e.settled(ctx, 2*s.count)
		if err != nil {
			return err
		}
		after, err := lagBuckets(text)
		if err != nil {
			return err
		}
		fmt.Printf("  %-28s p50 ≤ %v s, p99 ≤ %v s at %d devices in %v\n", "start minus due",
			quantile(0.5, before, after), quantile(0.99, before, after), s.count, u.interval)
		return nil
	})
	return f, err
}

// idle waits for the end of the first sweep, checks that every device is right, and weighs scrapes of a fleet of which
// nothing changes. It returns the lag so far.
func (r *rig) idle(ctx context.Context, s *simulator, e *exporter) ([]bucket, error) {
	if _, err := await(ctx, s, e.process, int64(s.count)); err != nil {
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
func (r *rig) scraped(ctx context.Context, u setup) (f figures, err error) {
	err = r.beside(ctx, byExec, r.large, u, func(s *simulator, e *exporter) error {
		from, to := s.most(0)
		if _, err := await(ctx, s, e.process, from); err != nil {
			return err
		}
		scraping, stop := context.WithCancel(ctx)
		slowest, failed := time.Duration(0), make(chan error, 1)
		go func() { failed <- e.scrapeOften(scraping, &slowest) }()
		f, err = window(ctx, s, e.process, from, to)
		stop()
		if scrape := <-failed; !errors.Is(scrape, context.Canceled) {
			err = errors.Join(err, scrape)
		}
		fmt.Printf("  %-28s %8.2f s at full speed\n", "slowest scrape", slowest.Seconds())
		return err
	})
	return f, err
}

// scrapeOften scrapes each 15 s until the context ends, and keeps the longest time that one took.
func (e *exporter) scrapeOften(ctx context.Context, slowest *time.Duration) error {
	const every = 15 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		_, took, err := e.scrape(ctx)
		if err != nil {
			return err
		}
		*slowest = max(*slowest, took)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
