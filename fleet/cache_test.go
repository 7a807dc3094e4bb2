package fleet

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/netver/netver_exporter/poll"
)

// A small fleet is never seen as it was before; a large one may be.
func TestCache(t *testing.T) {
	for devices, reused := range map[int]bool{0: false, 5_000_000: true} {
		c := NewCache(func(context.Context) poll.Snapshot { return poll.Snapshot{Devices: make([]*poll.Status, devices)} }, nil, noNames)
		view := func(of func(context.Context) (*View, error)) *View {
			v, err := of(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		first := view(c.View)
		if second := view(c.View); (first == second) != reused {
			t.Errorf("%d devices: the view is the same: %v, want %v", devices, first == second, reused)
		}
		if view(c.Fresh) == first {
			t.Errorf("%d devices: a fresh view is the one before", devices)
		}
	}
}

// TestCacheOfThoseWhoLeave has a client leave that waits for the view of another, and then that one: the next makes a view of its own.
func TestCacheOfThoseWhoLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewCache(func(ctx context.Context) poll.Snapshot {
			<-ctx.Done() // another replica does not answer
			return poll.Snapshot{}
		}, nil, noNames)
		ask := func() (leave context.CancelFunc, left <-chan error) {
			ctx, cancel := context.WithCancel(t.Context())
			errs := make(chan error, 1)
			go func() {
				v, err := c.View(ctx)
				if v != nil {
					err = errors.New("there is a view")
				}
				errs <- err
			}()
			synctest.Wait()
			return cancel, errs
		}
		leaveMaking, making := ask()
		leaveWaiting, waiting := ask()
		leaveWaiting()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("who waited: %v", err)
		}
		select {
		case err := <-making:
			t.Errorf("who makes the view, while another leaves: %v", err)
		default:
		}
		leaveMaking()
		if err := <-making; !errors.Is(err, context.Canceled) {
			t.Errorf("who made it: %v", err)
		}
		c.snapshot = func(context.Context) poll.Snapshot { return poll.Snapshot{Workers: 1} }
		if v, err := c.View(t.Context()); err != nil || v.Workers != 1 {
			t.Errorf("the next: %v, %v", v, err)
		}
	})
}
