package app

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/poll"
)

// partition is which part of the inventory this process polls.
type partition struct {
	mu      sync.Mutex
	share   *cluster.Share // nil: all of it
	others  *poll.Replica  // nil: none are known of
	counted poll.Share
	groups  []poll.Group               // the whole inventory
	keep    time.Duration              // how long facts outlive the last good poll
	users   map[string]map[string]bool // by credential, the replicas that have a device for it
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

// divide returns the plan's groups with the devices of the share alone, and counts.
func (p *partition) divide(plan *Plan) []poll.Group {
	groups := plan.Groups
	p.mu.Lock()
	defer p.mu.Unlock()
	p.groups, p.keep = groups, plan.Settings.KeepFacts
	p.counted, p.users = poll.Share{}, map[string]map[string]bool{}
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
			owner, mineToo := p.share.Owner(d)
			if mineToo {
				mine[i].Devices = append(mine[i].Devices, *d)
				p.counted.Owned++
			}
			switch {
			case owner == "" && p.share.Members() > 0:
				p.counted.Unowned++
			case owner != "" && !d.Disabled:
				p.use(d.Credential, owner)
			}
		}
	}
	return mine
}

func (p *partition) use(credential, owner string) {
	if p.users[credential] == nil {
		p.users[credential] = map[string]bool{}
	}
	p.users[credential][owner] = true
}

// budget is how the replicas share what they may do with credentials. tell is called with what the others have to know.
func (p *partition) budget(tell func([]logins.Shared)) *logins.Fleet {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &logins.Fleet{Replicas: p.share.Members(), Self: p.share.Self, Users: map[string][]string{}, Tell: tell}
	for credential, owners := range p.users {
		f.Users[credential] = slices.Sorted(maps.Keys(owners))
	}
	return f
}

// each calls for every device of the whole inventory with the name of its owner, "" if it has none.
func (p *partition) each(do func(d *inventory.Device, owner string)) {
	p.mu.Lock()
	groups, share := p.groups, p.share
	p.mu.Unlock()
	for i := range groups {
		for j := range groups[i].Devices {
			d := &groups[i].Devices[j]
			owner, _ := share.Owner(d)
			do(d, owner)
		}
	}
}

// owner is the name of the owner of a device, "" if it has none. found is false if the inventory does not have it, or is not shared.
func (p *partition) owner(device string) (owner string, found bool) {
	p.mu.Lock()
	groups, share := p.groups, p.share
	p.mu.Unlock()
	if share == nil {
		return "", false
	}
	for i := range groups {
		for j := range groups[i].Devices {
			if d := &groups[i].Devices[j]; d.Name == device {
				owner, _ = share.Owner(d)
				return owner, true
			}
		}
	}
	return "", false
}

func (p *partition) keepFacts() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.keep
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
	part.Groups = x.partition.divide(plan)
	if others := x.partition.replica(); others != nil {
		shared := *others
		shared.Logins = x.partition.budget(x.membership.tell)
		part.Replica = &shared
	}
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
	x.sessions.Keep(plan.asker, part.Groups)
	return nil
}
