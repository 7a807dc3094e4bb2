package main

import (
	"context"
	"fmt"
	"time"
)

// persistent compares the second sweep of a fleet whose sessions are kept with a sweep of logins, and weighs what an
// idle session takes.
func (r *rig) persistent(ctx context.Context) error {
	for _, w := range []way{byExec, byShell} {
		perPoll, without, err := r.second(ctx, w, setup{})
		if err != nil {
			return err
		}
		kept, with, err := r.second(ctx, w, setup{persistent: true})
		if err != nil {
			return err
		}
		fmt.Printf(" %s, %d devices\n", w.mode, r.devices)
		show("per_poll", []figures{perPoll})
		show("persistent", []figures{kept})
		ratio([]figures{kept}, []figures{perPoll})
		fmt.Printf("  %-28s %8.1f KiB\n", "an idle connection takes", float64(with-without)/float64(r.devices)/(1<<10))
	}
	return nil
}

// second measures most of an exporter's second sweep, and its memory between the two.
func (r *rig) second(ctx context.Context, w way, u setup) (f figures, resident int64, err error) {
	u.workers = 64
	u.interval = max(10*time.Second, time.Duration(r.devices)*3*time.Millisecond) // the first sweep is over by then
	err = r.beside(ctx, w, r.devices, u, func(s *simulator, e *exporter) error {
		first := int64(s.count)
		if _, err := await(ctx, s, e.process, first); err != nil {
			return err
		}
		if resident, err = e.memory(currentMemory); err != nil {
			return err
		}
		from, to := s.most(first)
		f, err = window(ctx, s, e.process, from, to)
		return err
	})
	return f, resident, err
}
