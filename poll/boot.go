package poll

import (
	"time"

	"github.com/netver/netver_exporter/parser"
)

const (
	// slack is what a boot time may seem to move between two readings beyond the resolution of the notation: the time
	// that passes between the command and our clock, and a device's clock that is set after its boot.
	slack = 30 * time.Second
	// drift is the share of the elapsed time by which a device's clock may run fast or slow.
	drift = 0.001
)

// boot holds a device's boot time steady. The zero value has not seen a reading yet.
type boot struct {
	time  time.Time // as held
	since time.Time // when it was first held

	read       time.Time // the last reading
	age        time.Duration
	resolution time.Duration
}

// observe takes a reading made now and reports whether the device has rebooted since the last one.
//
// The device has rebooted if its uptime is shorter than the last one plus the time since, by more than the resolutions
// and the slack explain. Time since is monotonic, so that a jump of our own clock is no reboot. A boot time that moves
// without that is set anew in silence.
func (b *boot) observe(now time.Time, up parser.Uptime) (rebooted bool) {
	computed := now.Add(-up.Age).Round(0)
	if b.time.IsZero() {
		b.hold(computed, now)
	} else {
		rounding := max(up.Resolution, b.resolution) + slack
		elapsed := now.Sub(b.read)
		rebooted = up.Age+rounding+portion(elapsed) < b.age+elapsed
		if rebooted || computed.Sub(b.time).Abs() > rounding+portion(now.Sub(b.since)) {
			b.hold(computed, now)
		}
	}
	b.read, b.age, b.resolution = now, up.Age, up.Resolution
	return rebooted
}

// observeTime takes a boot time as the device itself states it. It has rebooted if it states a later one.
func (b *boot) observeTime(now, stated time.Time) (rebooted bool) {
	moved := stated.Sub(b.time)
	rebooted = !b.time.IsZero() && moved > slack
	if b.time.IsZero() || moved.Abs() > slack {
		b.hold(stated, now)
	}
	b.read, b.age, b.resolution = now, now.Sub(stated), 0
	return rebooted
}

// refine takes the boot time that the device states beside an uptime in coarser steps, if the two agree: a clock that was
// set after the boot dates nothing. A second's difference to what is held is not worth a move.
func (b *boot) refine(now, stated time.Time) {
	const steady = 2 * time.Second
	computed := now.Add(-b.age)
	if stated.IsZero() || computed.Sub(stated).Abs() > b.resolution+slack || b.time.Sub(stated).Abs() <= steady {
		return
	}
	b.hold(stated, now)
}

func (b *boot) hold(t, now time.Time) { b.time, b.since = t, now }

func portion(d time.Duration) time.Duration { return time.Duration(drift * float64(max(d, 0))) }
