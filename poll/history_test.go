package poll

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
)

func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		phases := []Phase{{Name: "resolve"}, {Name: "connect", Duration: 1500 * time.Microsecond}, {Name: "command", Command: "show version", Duration: 2 * time.Minute}}
		refused := failed(failure.Auth)
		refused.Phases = []Phase{{Name: "connect", Duration: time.Millisecond}, {Name: "auth", Duration: time.Second, Failed: true}}
		refused.Session = &Session{Pieces: []Piece{{Text: "\x1b[HPassword:\u202e\tä\r\n"}, {At: time.Second, Sent: true, Text: "{password}"}}}
		newer := facts("2", "A", time.Minute)
		newer.Facts.ReloadReason = "upgrade"
		older := facts("1", "A", 24*time.Hour)
		older.Phases, newer.Phases = phases, phases
		e, stop := start(t, oneGroup(settings, newFleet(says(older, refused, newer)), time.Hour, 1), nil)
		defer stop()
		const name = "lab-g-00000"
		began := time.Now()
		at := func(n int) time.Time {
			return began.Add(time.Duration(n)*time.Hour + time.Duration(phase(name)*settings.Spread*float64(time.Hour))).Truncate(time.Millisecond)
		}

		time.Sleep(2*time.Hour - time.Minute)
		synctest.Wait()
		h, _ := e.History(name)
		want := History{
			Polls: []Past{
				{Start: at(1), Duration: time.Second, Reason: failure.Auth, Phases: refused.Phases},
				{Start: began, Duration: time.Second, Phases: phases},
			},
			Versions: []VersionChange{}, Reboots: []Reboot{}, Failed: refused.Session,
		}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("after a failure (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]Line{{Text: `\x1b[HPassword:\u202e` + "\tä"}, {At: time.Second, Sent: true, Text: "{password}"}}, h.Failed.Lines()); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}

		time.Sleep(time.Hour)
		synctest.Wait()
		h, _ = e.History(name)
		if h.Failed != nil || len(h.Polls) != 3 {
			t.Errorf("once it is up again: session %v, %d polls", h.Failed, len(h.Polls))
		}
		if diff := cmp.Diff([]string{"1 2"}, changes(h)); diff != "" {
			t.Errorf("versions (-want +got):\n%s", diff)
		}
		if len(h.Reboots) != 1 || h.Reboots[0].Reason != "upgrade" || time.Since(h.Reboots[0].Booted) > time.Hour {
			t.Errorf("reboots %+v", h.Reboots)
		}

		time.Sleep(50 * time.Hour)
		synctest.Wait()
		if h, _ = e.History(name); len(h.Polls) != keptPolls || h.Polls[0].Start.Sub(h.Polls[keptPolls-1].Start) != (keptPolls-1)*time.Hour {
			t.Errorf("%d polls from %v to %v", len(h.Polls), h.Polls[0].Start, h.Polls[len(h.Polls)-1].Start)
		}
		if _, ok := e.History("nobody"); ok {
			t.Error("a history of nobody")
		}
	})
}

func changes(h History) []string {
	var all []string
	for _, c := range h.Versions {
		all = append(all, c.From+" "+c.To)
	}
	return all
}

// A flapping version must not grow what is kept, and a device that was not asked keeps the session that tells why.
func TestHistoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused, paused := failed(failure.Auth), failed(failure.Paused)
		refused.Session = &Session{Pieces: []Piece{{Text: "no"}}}
		e, stop := start(t, oneGroup(settings, newFleet(func(_ *inventory.Device, n int) (time.Duration, Outcome) {
			switch {
			case n <= 20:
				return time.Second, facts(fmt.Sprint(n), "A", time.Minute)
			case n == 21:
				return time.Second, refused
			}
			return time.Second, paused
		}), time.Hour, 1), nil)
		defer stop()
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		h, _ := e.History("lab-g-00000")
		want := []string{"19 20", "18 19", "17 18", "16 17", "15 16", "14 15", "13 14", "12 13"}
		if diff := cmp.Diff(want, changes(h)); diff != "" || len(h.Reboots) != keptChanges {
			t.Errorf("%d reboots; versions (-want +got):\n%s", len(h.Reboots), diff)
		}
		if h.Failed == nil {
			t.Error("the session is forgotten although the device was not asked since")
		}
		if err := e.Apply(oneGroup(settings, newFleet(after(0)), time.Hour, 0)); err != nil || len(e.failed.devices) != 0 {
			t.Errorf("%v; %d sessions of devices that have left", err, len(e.failed.devices))
		}
	})
}

// TestBytesOfPolls holds the figure of docs/performance.md: what a device's polls take.
func TestBytesOfPolls(t *testing.T) {
	one := Past{Start: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), Duration: 2 * time.Second}
	for _, name := range []string{"resolve", "connect", "handshake", "auth", "shell", "setup", "show version", "show boot", "close"} {
		one.Phases = append(one.Phases, Phase{Name: "command", Command: name, Duration: 222 * time.Millisecond})
	}
	long := one
	for range 20 { // a login for each command
		long.Phases = append(long.Phases, one.Phases...)
	}
	names := newPhaseNames()
	for _, tt := range []struct {
		past *Past
		most int
	}{{&one, 760}, {&long, keptBytes}} {
		var p past
		for range 100 {
			p = p.with(tt.past, names)
		}
		if n := len(p.polls(names)); len(p) > tt.most || n == 0 {
			t.Errorf("%d polls of %d phases take %d bytes, want at most %d", n, len(tt.past.Phases), len(p), tt.most)
		}
	}
}

func TestSessionsOfAFleetAreBounded(t *testing.T) {
	f := newFailedSessions()
	text := strings.Repeat("x", 6<<10)
	const devices = 2 * keptSessions / (6 << 10)
	for i := range devices {
		for range 2 {
			f.keep(fmt.Sprint(i), &Session{Pieces: []Piece{{Text: text}}})
		}
	}
	if f.bytes > keptSessions || f.bytes < keptSessions/2 || len(f.devices) != f.order.Len() {
		t.Errorf("%d sessions, %d bytes", len(f.devices), f.bytes)
	}
	if f.of("0") != nil || f.of(fmt.Sprint(devices-1)) == nil {
		t.Error("the latest are to be kept, not the oldest")
	}
	for i := range devices {
		f.keep(fmt.Sprint(i), nil)
	}
	if f.bytes != 0 || f.order.Len() != 0 {
		t.Errorf("once all are up: %d bytes", f.bytes)
	}
}

func BenchmarkPast(b *testing.B) {
	one := Past{Start: time.Now(), Duration: time.Second, Phases: make([]Phase, 9)}
	names := newPhaseNames()
	var p past
	b.ReportAllocs()
	for b.Loop() {
		p = p.with(&one, names)
	}
	runtime.KeepAlive(p)
}
