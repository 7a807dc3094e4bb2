package poll

import (
	"testing"
	"time"

	"github.com/netver/netver_exporter/parser"
)

// reading is what a device says at a moment.
type reading struct {
	at         time.Duration // since the first reading
	age        time.Duration
	resolution time.Duration
}

func TestBoot(t *testing.T) {
	const day = 24 * time.Hour
	for _, tc := range []struct {
		name     string
		readings []reading
		reboots  int
		moves    int // how often the held boot time changed
	}{
		{"first reading", []reading{{0, time.Hour, time.Second}}, 0, 0},
		{"steady", []reading{{0, time.Hour, time.Second}, {time.Minute, 61 * time.Minute, time.Second}}, 0, 0},
		{"minutes, rounded down", []reading{
			{0, 60 * time.Minute, time.Minute}, {59 * time.Second, 60 * time.Minute, time.Minute},
			{61 * time.Second, 61 * time.Minute, time.Minute}, {119 * time.Second, 61 * time.Minute, time.Minute},
		}, 0, 0},
		{"days only", []reading{{0, 3 * day, day}, {23 * time.Hour, 3 * day, day}, {25 * time.Hour, 4 * day, day}}, 0, 0},
		{"slow answers", []reading{{0, time.Hour, time.Second}, {5 * time.Minute, 64*time.Minute + 35*time.Second, time.Second}}, 0, 0},
		{"clock drifts over weeks", []reading{
			{0, time.Hour, time.Second}, {10 * day, 10*day + time.Hour - 10*time.Minute, time.Second},
			{20 * day, 20*day + time.Hour - 20*time.Minute, time.Second},
		}, 0, 0},
		{"reboot", []reading{{0, 9 * day, time.Minute}, {5 * time.Minute, 3 * time.Minute, time.Minute}}, 1, 1},
		{"reboot soon after a boot", []reading{{0, 2 * time.Minute, time.Second}, {5 * time.Minute, time.Minute, time.Second}}, 1, 1},
		{"reboot that leaves more uptime than before", []reading{{0, time.Minute, time.Second}, {time.Hour, 50 * time.Minute, time.Second}}, 1, 1},
		{"two reboots", []reading{{0, day, time.Second}, {time.Hour, time.Minute, time.Second}, {2 * time.Hour, time.Minute, time.Second}}, 2, 2},
		{"the device had been up for longer than it said", []reading{{0, time.Hour, time.Second}, {time.Minute, 2 * time.Hour, time.Second}}, 0, 1},
		{"a coarser notation after a year", []reading{{0, 364*day + 23*time.Hour, time.Minute}, {2 * time.Hour, 365 * day, day}}, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b boot
			start := time.Now()
			reboots, moves := 0, 0
			for _, r := range tc.readings {
				held := b.time
				if b.observe(start.Add(r.at), parser.Uptime{Age: r.age, Resolution: r.resolution}) {
					reboots++
				}
				if !held.IsZero() && !held.Equal(b.time) {
					moves++
				}
			}
			if reboots != tc.reboots || moves != tc.moves {
				t.Errorf("%d reboots and %d moves of the boot time, want %d and %d", reboots, moves, tc.reboots, tc.moves)
			}
		})
	}
}

func TestBootTimeStated(t *testing.T) {
	booted := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	now := booted.Add(100 * time.Hour)
	for _, tc := range []struct {
		name    string
		stated  time.Time
		reboots bool
		want    time.Time
	}{
		{"the same", booted, false, booted},
		{"a moment later", booted.Add(2 * time.Second), false, booted},
		{"later", booted.Add(99 * time.Hour), true, booted.Add(99 * time.Hour)},
		{"earlier: its clock was set", booted.Add(-time.Hour), false, booted.Add(-time.Hour)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b boot
			if b.observeTime(now, booted) {
				t.Error("the first statement counts as a reboot")
			}
			if got := b.observeTime(now.Add(time.Hour), tc.stated); got != tc.reboots || !b.time.Equal(tc.want) {
				t.Errorf("reboot %v, held %v; want %v, %v", got, b.time, tc.reboots, tc.want)
			}
		})
	}
}

// A boot time that is stated beside a coarse uptime is exact, if the two agree.
func TestBootTimeRefined(t *testing.T) {
	booted := time.Date(2026, 2, 1, 0, 0, 30, 0, time.UTC)
	now := booted.Add(100*time.Hour + 50*time.Second)
	coarse := parser.Uptime{Age: 100 * time.Hour, Resolution: time.Minute}
	for _, tc := range []struct {
		name   string
		stated []time.Time
		want   time.Time
	}{
		{"not stated", []time.Time{{}}, now.Add(-coarse.Age)},
		{"stated", []time.Time{booted}, booted},
		{"a second's difference is no move", []time.Time{booted, booted.Add(time.Second)}, booted},
		{"stated by a clock that was wrong", []time.Time{booted.Add(-time.Hour)}, now.Add(-coarse.Age)},
	} {
		var b boot
		for _, stated := range tc.stated {
			if b.observe(now, coarse) {
				t.Errorf("%s: rebooted", tc.name)
			}
			b.refine(now, stated)
		}
		if !b.time.Equal(tc.want) {
			t.Errorf("%s: held %v, want %v", tc.name, b.time, tc.want)
		}
	}
}
