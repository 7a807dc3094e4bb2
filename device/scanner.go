package device

import (
	"context"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/transport"
)

// SeenKey is the host key that a device shows, or why none was seen.
type SeenKey struct {
	Device inventory.Device
	Key    transport.ShownKey
	Err    error
}

// Scanner is a poll.Poller that looks at the host keys of devices instead of asking for facts. It does not log in to a device,
// only to the jump hosts that lead to it.
type Scanner struct {
	*Poller
	Observe func(SeenKey) // told of each device, from its worker
}

// Poll gets the host key that one device shows.
func (s *Scanner) Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) poll.Outcome {
	seen := SeenKey{Device: *d}
	var target transport.Target
	if target, seen.Err = s.target(d, ticket); seen.Err == nil {
		seen.Key, seen.Err = s.config.Client.Scan(ctx, target)
	}
	s.Observe(seen)
	return poll.Outcome{Err: seen.Err}
}

// Kept reports that no login is expected: a paused credential is no reason not to look.
func (*Scanner) Kept(*inventory.Device) bool { return true }
