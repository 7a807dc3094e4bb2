package app

import (
	"sync"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// partition is which part of the inventory this process polls.
type partition struct {
	mu      sync.Mutex
	share   *cluster.Share // nil: all of it
	others  *poll.Replica  // nil: none are known of
	counted poll.Share
}

// follow sets the share, and how the process takes part with others.
func (p *partition) follow(s *cluster.Share, others *poll.Replica) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.share, p.others = s, others
}

// replica is how the process takes part with others.
func (p *partition) replica() *poll.Replica {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.others
}

// has reports whether a device is in the share.
func (p *partition) has(d *inventory.Device) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.share == nil || p.share.Has(d)
}

// divide returns the groups with the devices of the share alone, and counts.
func (p *partition) divide(groups []poll.Group) []poll.Group {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counted = poll.Share{}
	mine := make([]poll.Group, len(groups))
	for i, g := range groups {
		mine[i] = g
		p.counted.Inventory += len(g.Devices)
		if p.share == nil {
			p.counted.Owned += len(g.Devices)
			continue
		}
		mine[i].Devices = nil
		for j := range g.Devices {
			d := &g.Devices[j]
			if p.share.Has(d) {
				mine[i].Devices = append(mine[i].Devices, *d)
				p.counted.Owned++
			} else if p.share.Orphan(d) {
				p.counted.Unowned++
			}
		}
	}
	return mine
}

// figures are how the inventory was divided last.
func (p *partition) figures() poll.Share {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counted
}

// part is what this process polls of a plan.
func (x *exporter) part(plan *Plan) poll.Plan {
	part := plan.Plan
	part.Groups = x.partition.divide(plan.Groups)
	part.Replica = x.partition.replica()
	return part
}

// apply puts this process's part of a plan into force.
func (x *exporter) apply(plan *Plan) error {
	part := x.part(plan)
	if err := x.engine.Apply(part); err != nil {
		return err
	}
	if x.membership != nil {
		_ = x.engine.Hold(x.partition.has) // the share may have become smaller meanwhile
		x.membership.replica.Tell(fingerprint(plan))
	}
	x.sessions.Keep(plan.asker(), part.Groups)
	return nil
}
