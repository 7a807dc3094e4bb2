package fleet

import (
	"context"
	"time"

	"github.com/netver/netver_exporter/poll"
)

// Cache keeps the latest view. Make it with NewCache. It may be used by many goroutines at once.
type Cache struct {
	snapshot func(context.Context) poll.Snapshot
	orders   Orders
	names    Names

	turn   chan struct{} // holds one while a view is looked at or made; who has it may use latest
	latest *View
}

// NewCache makes a cache of views of what snapshot returns, which may be incomplete once its context has ended.
func NewCache(snapshot func(context.Context) poll.Snapshot, orders Orders, names Names) *Cache {
	return &Cache{snapshot: snapshot, orders: orders, names: names, turn: make(chan struct{}, 1)}
}

// agePerDevice is how old a view may be for each of its devices: two seconds for half a million, nothing to speak of for a small
// fleet, so that a flood of requests makes few views of a large one.
const agePerDevice = 4 * time.Microsecond

// View returns the latest view, or a new one where that is too old. The error is the context's, which ends the wait for a
// view as well as the making of one.
func (c *Cache) View(ctx context.Context) (*View, error) {
	return c.view(ctx, func(v *View) bool { return time.Since(v.At) < time.Duration(len(v.Devices))*agePerDevice })
}

// Fresh returns a new view: what has happened before the call is in it. The error is as View's.
func (c *Cache) Fresh(ctx context.Context) (*View, error) {
	return c.view(ctx, func(*View) bool { return false })
}

func (c *Cache) view(ctx context.Context, good func(*View) bool) (*View, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if v := c.latest; v != nil && good(v) {
		return v, nil
	}
	v := New(c.snapshot(ctx), c.orders, c.names, time.Now())
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	c.latest = v
	return v, nil
}
