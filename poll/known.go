package poll

import (
	"context"
	"io"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// Known is what is known of devices: status, boot time, logins. It goes from one process to another. The zero value is nothing.
type Known struct {
	devices map[string]deviceState
	written time.Time // by the clock of the process that it came from; zero: it came from none
}

func newKnown() *Known { return &Known{devices: map[string]deviceState{}} }

// Hold stops polling the devices for which keep is false, until the next plan. Their status stays. The function that it returns waits until the polls of
// them that are in flight have ended, or the context has.
func (e *Engine) Hold(keep func(*inventory.Device) bool) (ended func(context.Context)) {
	e.apply.Lock()
	defer e.apply.Unlock()
	var held []*target
	for _, t := range e.current.Load().targets {
		if t.hold(keep) {
			held = append(held, t)
		}
	}
	return func(ctx context.Context) {
		for _, t := range held {
			for t.inFlight() && ctx.Err() == nil {
				select {
				case <-e.ended:
				case <-ctx.Done():
				}
			}
		}
	}
}

func (t *target) hold(keep func(*inventory.Device) bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.device == nil || keep(t.device) {
		return false
	}
	t.held = true
	if !t.busy {
		t.release()
	}
	return true
}

// wakeHolder tells who holds a target that its poll has ended.
func (e *Engine) wakeHolder(t *target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held {
		notify(e.ended)
	}
}

// Held is what is known of the devices that Hold has stopped.
func (e *Engine) Held() *Known {
	k := newKnown()
	for _, t := range e.current.Load().targets {
		t.mu.Lock()
		held, after := t.held, t.after
		t.mu.Unlock()
		if !held {
			continue
		}
		s := t.state()
		if s == nil {
			s = t.recalled()
			s.After = after
		}
		s.Logins = e.door.Device(s.Name)
		k.devices[s.Name] = *s
	}
	return k
}

// Len is the number of devices.
func (k *Known) Len() int { return len(k.devices) }

// Add takes over what another one knows. Of a device that both know, that with the later poll stays; facts without a poll that are newer still stay with it.
func (k *Known) Add(other *Known) {
	if k.devices == nil {
		k.devices = make(map[string]deviceState, len(other.devices))
	}
	for name, s := range other.devices {
		if facts, ok := k.devices[name]; ok && facts.LastPoll.IsZero() && facts.Boot.Read.After(s.LastPoll) && facts.Address == s.Address {
			s.Platform, s.Vendor, s.Facts, s.BootTime, s.Boot, s.Version, s.Serial = facts.Platform, facts.Vendor, facts.Facts, facts.BootTime, facts.Boot, facts.Version, facts.Serial
		}
		if mine, ok := k.devices[name]; !ok || s.LastPoll.After(mine.LastPoll) || mine.LastPoll.IsZero() && mine.Facts.Version == "" {
			k.devices[name] = s
		}
	}
}

// Write writes what is known of some of the devices, as a state file is written. An error is of the writer.
func (k *Known) Write(w io.Writer, of func(name string) bool) error {
	out := stateWriter{w: w}
	header := ourHeader
	header.Written = time.Now()
	out.line(stateLine{Header: &header})
	for name, s := range k.devices {
		if of(name) {
			out.line(stateLine{Device: &s})
		}
	}
	return out.end()
}

// ReadKnown reads what Write has written.
func ReadKnown(r io.Reader) (*Known, error) {
	s, err := readState(r)
	if err != nil {
		return nil, err
	}
	return &Known{devices: s.devices, written: s.written}, nil
}

// inherit gives targets that are new what another process knows of them. The clock of that one may be ahead.
func (e *Engine) inherit(r *Replica, fresh []*target, keepFacts time.Duration, now time.Time) {
	if r == nil || r.Known == nil {
		return
	}
	memories := make(map[string][]logins.DeviceMemory)
	for _, t := range fresh {
		s, ok := r.Known.devices[t.name]
		if !ok {
			continue
		}
		if s.LastPoll.IsZero() { // it waits for its place there, too
			if !s.After.IsZero() && s.After.Before(r.Since) {
				t.joinAt(s.After, r.gone(), now)
			}
			t.recall(s, now)
			continue
		}
		if s.LastPoll.After(now) {
			s.LastPoll = now
		}
		if t.restore(s, keepFacts, now) {
			memories[t.name] = s.Logins
		}
	}
	e.door.Inherit(memories)
}

// joinAt has a target that another process polled keep its place in the sweep.
func (t *target) joinAt(after, gone, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after, t.gone, t.joined = after, gone, now
}
