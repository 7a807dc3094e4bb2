package lab

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// change is one thing that happens to devices of a live fleet. Any of its functions may be nil.
type change struct {
	lasts time.Duration
	field bool                // happens to all devices of the account FieldUsername at once, otherwise to one device
	begin func(*Device) error // at the beginning
	again func(*Device) error // at each further change of the fleet while it lasts
	end   func(*Device) error // when it is over
}

// changes happen in this order, again and again, so that each is seen soon.
var changes = []change{
	rebooting,
	upgrading,
	failing(Refuse),
	upgrading,
	failing(OtherHostKey),
	upgrading,
	failing(Silent),
	{lasts: 20 * time.Second, begin: reboot, again: reboot}, // a reboot loop
	upgrading,
	failing(ResetMidOutput),
	{lasts: 20 * time.Second, field: true, begin: changePassword, end: restorePassword},
	upgrading,
	failing(NoFreeSession),
}

const downtime = 8 * time.Second // of a reboot

var (
	rebooting = change{lasts: downtime, begin: fail(Refuse), end: func(d *Device) error {
		d.Reboot()
		return d.SetFault("")
	}}
	upgrading = change{lasts: downtime, begin: fail(Refuse), end: func(d *Device) error {
		if err := d.nextRelease(); err != nil {
			return err
		}
		d.Reboot()
		return d.SetFault("")
	}}
)

func failing(f Fault) change { return change{lasts: 15 * time.Second, begin: fail(f), end: fail("")} }

func fail(f Fault) func(*Device) error {
	return func(d *Device) error {
		err := d.SetFault(f)
		d.Disconnect()
		return err
	}
}

func reboot(d *Device) error {
	d.Reboot()
	return nil
}

func changePassword(d *Device) error {
	d.SetPassword(d.Login.Password + "-new")
	d.Disconnect()
	return nil
}

func restorePassword(d *Device) error {
	d.SetPassword(d.Login.Password)
	return nil
}

// nextRelease makes the device run the next of its releases, after the last one the first.
func (d *Device) nextRelease() error {
	if len(d.Releases) == 0 {
		return nil
	}
	next := (d.release.Load() + 1) % int32(len(d.Releases))
	d.release.Store(next)
	return d.Set(d.Releases[next])
}

// spell is a change under way.
type spell struct {
	change
	devices []*Device
	until   time.Time
}

// Live lets something happen to the devices again and again until the context ends, and then puts right what is under way: they
// reboot, once and in loops, are upgraded and rolled back, fail in several ways and recover, and those of the account
// FieldUsername have its password changed. Devices that had a fault at the start are left alone. The error is of a
// device that cannot become what it should.
func (f *Fleet) Live(ctx context.Context, every time.Duration) error {
	var spells []spell
	for i := 0; wait(ctx, every); i++ {
		kept := spells[:0]
		for _, s := range spells {
			if !time.Now().Before(s.until) {
				if err := s.do(s.end); err != nil {
					return err
				}
				continue
			}
			if err := s.do(s.again); err != nil {
				return err
			}
			kept = append(kept, s)
		}
		next := spell{change: changes[i%len(changes)]}
		next.devices, next.until = f.pick(next.change, kept), time.Now().Add(next.lasts)
		if err := next.do(next.begin); err != nil {
			return err
		}
		spells = append(kept, next)
	}
	for _, s := range spells {
		if err := s.do(s.end); err != nil {
			return err
		}
	}
	return nil
}

func (s spell) do(what func(*Device) error) error {
	for _, d := range s.devices {
		if what == nil {
			return nil
		}
		if err := what(d); err != nil {
			return err
		}
	}
	return nil
}

// pick chooses the devices that a change happens to, none of them under another spell: one at random, or all of the field's.
func (f *Fleet) pick(c change, spells []spell) []*Device {
	idle := slices.DeleteFunc(slices.Clone(f.devices), func(d *Device) bool {
		return d.Fault != "" || c.field && d.Login.Username != FieldUsername ||
			slices.ContainsFunc(spells, func(s spell) bool { return slices.Contains(s.devices, d) })
	})
	if c.field || len(idle) == 0 {
		return idle
	}
	at := rand.IntN(len(idle))
	return idle[at : at+1]
}
