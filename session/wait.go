package session

import (
	"context"
	"errors"
	"time"
)

// row is one thing that a device can show while a shell waits, and what is done about it.
type row[S any] struct {
	match  func(s S, line string) bool // nil: every line
	settle func(s S) time.Duration     // how long nothing may follow before it is believed; nil: not at all
	act    func(s S) (done bool, err error)
	last   bool // also believed when the session ends there
}

// waiter is a shell that waits for something.
type waiter interface {
	line() string
	next(ctx context.Context, patience time.Duration) (more bool, err error)
}

// wait reads what the device shows until an act is the last one. The first row that matches the current line counts, and
// the rows have to match every line between them. An act must change what is shown, or be one that has settled.
func wait[S waiter](ctx context.Context, s S, rows []row[S]) error {
	for {
		line := s.line()
		var r *row[S]
		for i := range rows {
			if r = &rows[i]; r.match == nil || r.match(s, line) {
				break
			}
		}
		if r.settle != nil {
			more, err := s.next(ctx, r.settle(s))
			switch {
			case errors.Is(err, errEnded) && r.last: // nothing can follow any more
			case err != nil:
				return err
			case more:
				continue
			}
		}
		if done, err := r.act(s); done || err != nil {
			return err
		}
	}
}

// pace is how long to wait for a device that has fallen silent.
type pace struct {
	promptWait  time.Duration // before the first prompt is believed
	confirmWait time.Duration // before a prompt that could be something else is believed
	stallWait   time.Duration // before the device is thought to wait for us
}

// paceFor derives the waits from the measured round trip and the remaining deadline.
func paceFor(ctx context.Context, roundTrip time.Duration) pace {
	p := pace{
		promptWait:  min(10*time.Millisecond+roundTrip, time.Second),
		confirmWait: min(40*time.Millisecond+2*roundTrip, time.Second),
		stallWait:   longestStall,
	}
	if end, ok := ctx.Deadline(); ok {
		p.stallWait = min(p.stallWait, max(time.Until(end)/4, p.confirmWait))
	}
	return p
}

const longestStall = 2 * time.Second

// slow is how long to wait for the next piece of a device that prints with pauses.
func (s *shell) slow() time.Duration { return min(2*s.gap, longestStall) }

// stalled is the time after which the device waits for us.
func (s *shell) stalled() time.Duration { return s.stallWait }

// still is the time after which a line that could go on is whole.
func (s *shell) still() time.Duration { return max(4*s.confirmWait, s.slow()) }
