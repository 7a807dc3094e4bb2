package inventory

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Loaded tells how a reading of a feed went.
type Loaded struct {
	Feed    *Feed
	Changed bool // there is a new list
	Err     error
}

// Run reads the feeds, each by itself, at once and then again and again until the context ends: every refresh interval, when one
// of its files changes, and sooner after a failure. told hears of each reading, from many goroutines; warn of what keeps
// files from being watched, which is no more than a delay.
func Run(ctx context.Context, feeds []*Feed, told func(Loaded), warn func(error)) {
	var running sync.WaitGroup
	defer running.Wait()
	watched := &watcher{}
	if slices.ContainsFunc(feeds, func(f *Feed) bool { _, ok := f.Source.(folders); return ok }) {
		watched = newWatcher(warn)
		running.Go(func() { watched.run(ctx) })
	}
	for _, f := range feeds {
		running.Go(func() { f.run(ctx, watched, told) })
	}
}

// The pause after a failure: it doubles, up to the refresh interval.
const firstRetry = 5 * time.Second

func (f *Feed) run(ctx context.Context, watched *watcher, told func(Loaded)) {
	changes := make(chan struct{}, 1)
	retry := firstRetry
	for {
		if s, ok := f.Source.(folders); ok {
			watched.add(s.Folders(), changes)
		}
		changed, err := f.Load(ctx)
		if ctx.Err() != nil && !changed {
			return
		}
		told(Loaded{f, changed, err})
		pause := f.Refresh
		if err != nil {
			pause = min(pause, retry)
			retry *= 2
		} else {
			retry = firstRetry
		}
		pause -= rand.N(pause/10 + 1) // so that many sources do not ask at the same moment for ever
		select {
		case <-ctx.Done():
			return
		case <-changes:
		case <-time.After(pause):
		}
	}
}
