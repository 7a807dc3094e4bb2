package poll

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/netver/netver_exporter/inventory"
)

// Facts is what changes seldom of all devices: for another process, should this one end without handing over. There are no counters in it, and no
// time of a poll.
func (e *Engine) Facts() *Known {
	k := newKnown()
	for _, t := range e.current.Load().targets {
		s := t.state()
		if s == nil || s.Facts.Version == "" {
			continue
		}
		s.Facts.Uptime, s.Facts.Gauges = nil, nil
		k.devices[s.Name] = deviceState{
			Name: s.Name, Address: s.Address, Wanted: s.Wanted, Platform: s.Platform, Vendor: s.Vendor, Facts: s.Facts, BootTime: s.BootTime,
			Boot: s.Boot, Version: s.Version, Serial: s.Serial,
		}
	}
	return k
}

// Split divides what is known into n parts, each device by its number.
func (k *Known) Split(n int, number func(name string) int) []*Known {
	parts := make([]*Known, n)
	for i := range parts {
		parts[i] = newKnown()
	}
	for name, s := range k.devices {
		parts[number(name)].devices[name] = s
	}
	return parts
}

// Digest is another one when a fact has changed. The latest reading of an uptime is none.
func (k *Known) Digest() [sha256.Size]byte {
	sum := sha256.New()
	out := json.NewEncoder(sum)
	for _, name := range slices.Sorted(maps.Keys(k.devices)) {
		s := k.devices[name]
		s.Boot = bootState{Time: s.Boot.Time}
		_ = out.Encode(s) // a hash takes everything
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

// recall gives a target the facts that another process had found out, unless another device is behind its name now.
func (t *target) recall(s deviceState, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.device.Address != s.Address || s.Facts.Version == "" {
		return
	}
	t.record = record{
		boot: s.Boot.boot(), version: s.Version, serial: s.Serial, recalled: now,
	}
	t.store(&Status{Device: *t.device, Platform: cmp.Or(s.Platform, t.device.Platform), Vendor: s.Vendor, Facts: s.Facts.facts(), BootTime: s.BootTime}, now)
}

// recalled is what is known of a target that this process has not polled.
func (t *target) recalled() *deviceState {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, r := t.status.Load(), &t.record
	return &deviceState{
		Name: t.name, Address: s.Device.Address, Wanted: s.Device.Platform, Platform: s.Platform, Vendor: s.Vendor, Facts: keepFacts(s.Facts),
		BootTime: s.BootTime, Boot: r.boot.state(), Version: r.version, Serial: r.serial,
	}
}

// Known is what is known of all devices that have been polled, for people who ask another process.
func (e *Engine) Known() *Known {
	k := newKnown()
	for _, t := range e.current.Load().targets {
		if s := t.state(); s != nil {
			k.devices[s.Name] = *s
		}
	}
	return k
}

// Status is what another process knows of a device, whose URL is owner. One that it has not polled is pending.
func (k *Known) Status(d *inventory.Device, owner string, keepFacts time.Duration, judge Judge) *Status {
	now := time.Now()
	made := &Status{Device: *d, Platform: d.Platform}
	if s, ok := k.devices[d.Name]; ok && s.Address == d.Address {
		made = s.status(d, keepFacts, now)
	}
	made.Owner, made.Revision = owner, uint64(made.LastPoll.UnixNano())
	if judge != nil {
		made.Verdict = judge(made, now)
	}
	return made
}
