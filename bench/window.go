package main

import (
	"context"
	"fmt"
	"time"
)

// figures are what a client did to a number of polls.
type figures struct {
	polls int64
	took  time.Duration
	cpu   time.Duration // of the client, in all
	peak  int64         // bytes, since the client began
}

func (f figures) rate() float64 { return float64(f.polls) / f.took.Seconds() }

func (f figures) cpuPerPoll() time.Duration { return f.cpu / time.Duration(f.polls) }

// mark is a moment in the life of a client.
type mark struct {
	polls int64 // as the simulator counts them
	at    time.Time
	cpu   time.Duration
}

// window measures a client while the simulator's count of polls goes from the one number to the other. So neither the
// client's start nor the slow end of a sweep counts, and nobody has to ask the client.
func window(ctx context.Context, s *simulator, client *process, from, to int64) (figures, error) {
	begin, err := await(ctx, s, client, from)
	if err != nil {
		return figures{}, err
	}
	end, err := await(ctx, s, client, to)
	if err != nil {
		return figures{}, err
	}
	peak, err := client.memory(peakMemory)
	return figures{polls: end.polls - begin.polls, took: end.at.Sub(begin.at), cpu: end.cpu - begin.cpu, peak: peak}, err
}

// await waits until the simulator has counted so many polls.
func await(ctx context.Context, s *simulator, client *process, polls int64) (mark, error) {
	const pause = 10 * time.Millisecond
	tick := time.NewTicker(pause)
	defer tick.Stop()
	latest, moved := int64(-1), time.Now()
	for {
		stats, err := s.stats()
		if err != nil {
			return mark{}, err
		}
		cpu, err := client.cpu()
		if err != nil {
			return mark{}, err
		}
		now := time.Now()
		if stats.Polls >= polls {
			return mark{polls: stats.Polls, at: now, cpu: cpu}, nil
		}
		if stats.Polls != latest {
			latest, moved = stats.Polls, now
		} else if now.Sub(moved) > patience {
			return mark{}, fmt.Errorf("no poll for %v; %d of %d are done", patience, latest, polls)
		}
		select {
		case <-ctx.Done():
			return mark{}, ctx.Err()
		case <-tick.C:
		}
	}
}

// most is the part of a sweep that is measured: from a tenth to nine, after a number of earlier polls.
func (s *simulator) most(done int64) (from, to int64) {
	n := int64(s.count)
	return done + n/10, done + n*9/10
}
