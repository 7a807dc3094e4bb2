package poll

import (
	"errors"
	"fmt"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// Settings are the engine's own.
type Settings struct {
	Timeout     time.Duration // one device, everything included
	Concurrency int           // devices polled at once
	LoginRate   float64       // logins started per second over the whole fleet; 0: no limit
	Spread      float64       // the fraction of the interval over which a later sweep is spread
	KeepFacts   time.Duration // how long facts outlive the last good poll
}

// Group is a part of the fleet with a schedule of its own.
type Group struct {
	Name        string
	Interval    time.Duration
	Timeout     time.Duration // of one device, instead of that of the settings; 0: as there
	Concurrency int           // at most this many of the group at once; 0: no cap of its own
	Devices     []inventory.Device
}

// Plan is what to poll and how: one configuration, complete. Its Poller and its Judge belong to it, since credentials and platforms
// come from the same file. The engine keeps its devices: do not change them afterwards.
type Plan struct {
	Settings    Settings
	Credentials []logins.Credential     // all that devices name
	Refused     func(credential string) // told when a device refuses a password; nil: nobody asks
	Groups      []Group
	Poller      Poller
	Judge       Judge    // nil: no device has a verdict
	Replica     *Replica // nil: no other process polls devices of the same inventory
}

// Replica is how a process takes part in polling an inventory together with others. Sweeps begin at whole intervals of the wall clock, so that a
// device has the same place in those of every process.
type Replica struct {
	May    func() bool   // asked before each poll; false: another process may poll the device by now
	Since  time.Time     // devices that are new to the engine were polled by others until then at least, and have their next poll at their place in the sweep; zero: by none
	Gone   time.Time     // by then the others had stopped; zero: at Since
	Logins *logins.Fleet // how the processes share what they may do; nil: they do not
	Known  *Known        // of those devices; nil: nothing
}

func (r *Replica) gone() time.Time {
	if r.Gone.IsZero() {
		return r.Since
	}
	return r.Gone
}

func (p *Plan) validate() error {
	var errs []error
	s := p.Settings
	for _, c := range []struct {
		ok   bool
		text string
	}{
		{p.Poller != nil, "the plan has no poller"},
		{s.Timeout > 0, "timeout must be positive"},
		{s.Concurrency > 0, "concurrency must be at least 1"},
		{s.LoginRate >= 0, "login_rate must not be negative"},
		{s.Spread >= 0 && s.Spread <= 1, "spread must be between 0 and 1"},
		{s.KeepFacts >= 0, "keep_facts must not be negative"},
	} {
		if !c.ok {
			errs = append(errs, errors.New(c.text))
		}
	}
	groups, devices, credentials := make(map[string]bool), make(map[string]string), make(map[string]bool)
	for _, c := range p.Credentials {
		credentials[c.Name] = true
	}
	for i := range p.Groups {
		g := &p.Groups[i]
		if groups[g.Name] {
			errs = append(errs, fmt.Errorf("group %q is there twice", g.Name))
		}
		groups[g.Name] = true
		if g.Interval <= 0 {
			errs = append(errs, fmt.Errorf("group %q: interval must be positive", g.Name))
		}
		if g.Concurrency < 0 {
			errs = append(errs, fmt.Errorf("group %q: concurrency must not be negative", g.Name))
		}
		for j := range g.Devices {
			name := g.Devices[j].Name
			if other, taken := devices[name]; taken {
				errs = append(errs, fmt.Errorf("device %q is both in group %q and in group %q", name, other, g.Name))
			}
			devices[name] = g.Name
			if c := g.Devices[j].Credential; !credentials[c] {
				errs = append(errs, fmt.Errorf("device %q: credential %q is not in the plan", name, c))
			}
		}
	}
	return errors.Join(errs...)
}
