package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// persistent compares the second sweep of a fleet whose sessions are kept with a sweep of logins, and weighs what an
// idle session takes.
func (r *rig) persistent(ctx context.Context) error {
	for _, w := range []way{byExec, byShell} {
		err := r.with(ctx, w, r.devices, func(s *simulator) error {
			perPoll, idle, err := r.second(ctx, s, setup{})
			if err != nil {
				return err
			}
			kept, busy, err := r.second(ctx, s, setup{persistent: true})
			if err != nil {
				return err
			}
			fmt.Printf(" %s, %d devices\n", w.mode, s.count)
			show("per_poll", []figures{perPoll})
			show("persistent", []figures{kept})
			ratio([]figures{kept}, []figures{perPoll})
			fmt.Printf("  %-28s %8.1f KiB\n", "an idle connection takes", float64(busy-idle)/float64(s.count)/(1<<10))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// second measures most of an exporter's second sweep, and its memory between the two.
func (r *rig) second(ctx context.Context, s *simulator, u setup) (f figures, resident int64, err error) {
	done, err := s.stats()
	if err != nil {
		return f, 0, err
	}
	u.workers = 64
	u.interval = max(10*time.Second, time.Duration(s.count)*3*time.Millisecond) // the first sweep is over by then
	e, err := startExporter(ctx, r.binary, s, u)
	if err != nil {
		return f, 0, err
	}
	defer func() { err = errors.Join(err, e.stop()) }()
	second := done.Polls + int64(s.count)
	if _, err = await(ctx, s, e.process, second); err != nil {
		return f, 0, err
	}
	if resident, err = e.memory(currentMemory); err != nil {
		return f, 0, err
	}
	from, to := s.most(second)
	f, err = window(ctx, s, e.process, from, to)
	return f, resident, err
}
