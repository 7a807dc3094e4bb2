package poll

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
)

// says is a device's answer at each poll in turn; the last one stays.
func says(answers ...Outcome) func(*inventory.Device, int) (time.Duration, Outcome) {
	return func(_ *inventory.Device, n int) (time.Duration, Outcome) {
		return time.Second, answers[min(n, len(answers))-1]
	}
}

func facts(version, serial string, age time.Duration) Outcome {
	return Outcome{Facts: parser.Facts{Version: version, Serial: serial, Uptime: &parser.Uptime{Age: age, Resolution: time.Minute}}}
}

func TestStatusFollowsTheDevice(t *testing.T) {
	const day = 24 * time.Hour
	boot := func(at time.Time) Outcome { return Outcome{Facts: parser.Facts{Version: "1", BootTime: at}} }
	type want struct {
		Reason           failure.Reason
		Version, Serial  string
		Uptime           bool
		Polls, Failures  uint64
		Reboots, Changes uint64
		Since            int // number of the poll since which the device is up or down; 0: of the first
		BootTime         bool
		Success          bool
	}
	for _, tc := range []struct {
		name    string
		answers []Outcome
		want    want
	}{
		{"good", []Outcome{facts("1", "A", day)}, want{Version: "1", Serial: "A", Uptime: true, Polls: 1, BootTime: true, Success: true}},
		{"never good", []Outcome{failed(failure.Connect)}, want{Reason: failure.Connect, Polls: 1, Failures: 1}},
		{"failing keeps facts but not uptime", []Outcome{facts("1", "A", day), failed(failure.Timeout)},
			want{Reason: failure.Timeout, Version: "1", Serial: "A", Polls: 2, Failures: 1, Since: 2, BootTime: true, Success: true}},
		{"facts expire", []Outcome{facts("1", "A", day), failed(failure.Timeout), failed(failure.Timeout), failed(failure.Timeout), failed(failure.Timeout)},
			want{Reason: failure.Timeout, Polls: 5, Failures: 4, Since: 2, Success: true}},
		{"one reboot over an outage", []Outcome{facts("1", "A", day), failed(failure.Timeout), failed(failure.Timeout), facts("1", "A", time.Hour), facts("1", "A", 2*time.Hour)},
			want{Version: "1", Serial: "A", Uptime: true, Polls: 5, Failures: 2, Reboots: 1, Since: 4, BootTime: true, Success: true}},
		{"upgrade", []Outcome{facts("1", "A", day), facts("2", "A", time.Minute)},
			want{Version: "2", Serial: "A", Uptime: true, Polls: 2, Reboots: 1, Changes: 1, BootTime: true, Success: true}},
		{"upgrade while the facts had expired", []Outcome{facts("1", "A", day), failed(failure.Connect), failed(failure.Connect), failed(failure.Connect), failed(failure.Connect), facts("2", "A", time.Minute)},
			want{Version: "2", Serial: "A", Uptime: true, Polls: 6, Failures: 4, Reboots: 1, Changes: 1, Since: 6, BootTime: true, Success: true}},
		{"another box", []Outcome{facts("1", "A", day), facts("2", "B", time.Minute)},
			want{Version: "2", Serial: "B", Uptime: true, Polls: 2, BootTime: true, Success: true}},
		{"a fact that is missing is absent", []Outcome{facts("1", "A", day), facts("1", "", day+2*time.Hour)},
			want{Version: "1", Uptime: true, Polls: 2, BootTime: true, Success: true}},
		{"boot time alone gives uptime", []Outcome{boot(time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC))},
			want{Version: "1", Uptime: true, Polls: 1, BootTime: true, Success: true}},
		{"boot time in the future gives none", []Outcome{boot(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))},
			want{Version: "1", Polls: 1, Success: true}},
		{"neither uptime nor boot time", []Outcome{facts("1", "A", day), {Facts: parser.Facts{Version: "1"}}},
			want{Version: "1", Polls: 2, Success: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := settings
				s.KeepFacts = 150 * time.Minute
				e, stop := start(t, oneGroup(s, newFleet(says(tc.answers...)), time.Hour, 1), nil)
				defer stop()
				// Phases differ by name; a poll is over by the end of its hour.
				time.Sleep(time.Duration(len(tc.answers))*time.Hour - time.Minute)
				synctest.Wait()
				st := e.Snapshot().Devices[0]
				got := want{
					st.Reason, st.Facts.Version, st.Facts.Serial, st.Facts.Uptime != nil, st.Polls, st.Failures,
					st.Reboots, st.VersionChanges, since(e, st), !st.BootTime.IsZero(), !st.LastSuccess.IsZero(),
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				if st.Rebooted.IsZero() != (st.Reboots == 0) || st.VersionChanged.IsZero() != (st.VersionChanges == 0) {
					t.Errorf("rebooted %v, version changed %v", st.Rebooted, st.VersionChanged)
				}
			})
		})
	}
}

// What secured the connection is known as long as the facts are.
func TestSecuredFollowsTheFacts(t *testing.T) {
	good, down := facts("1", "A", time.Hour), failed(failure.Timeout)
	good.SSH = &SSH{KeyExchange: "curve25519-sha256"}
	for name, tt := range map[string]struct {
		answers []Outcome
		known   bool
	}{
		"good":             {[]Outcome{good}, true},
		"down":             {[]Outcome{good, down}, true},
		"down for long":    {[]Outcome{good, down, down, down, down}, false},
		"not told anymore": {[]Outcome{good, facts("1", "A", time.Hour)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := settings
				s.KeepFacts = 150 * time.Minute
				e, stop := start(t, oneGroup(s, newFleet(says(tt.answers...)), time.Hour, 1), nil)
				defer stop()
				time.Sleep(time.Duration(len(tt.answers))*time.Hour - time.Minute)
				synctest.Wait()
				if got := e.Snapshot().Devices[0].SSH; (got != nil) != tt.known {
					t.Errorf("%+v, want known to be %v", got, tt.known)
				}
			})
		})
	}
}

// since is the number of the poll since which the device is up or down, 0 if that was the first.
func since(e *Engine, s *Status) int {
	h, _ := e.History(s.Device.Name)
	for i, p := range h.Polls {
		if p.Start.UnixMilli() == s.Since.UnixMilli() {
			return len(h.Polls) - i
		}
	}
	return 0
}

func TestRefusedDeviceSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := settings
		s.Spread = 0
		f := newFleet(says(failed(failure.Auth)))
		f.sends = true
		e, stop := start(t, oneGroup(s, f, 10*time.Minute, 1), nil)
		defer stop()
		time.Sleep(4*time.Hour + time.Minute)
		synctest.Wait()
		var got []time.Duration
		for _, at := range f.of("lab-g-00000") {
			got = append(got, at.Sub(began))
		}
		want := []time.Duration{0, 20 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("polls (-want +got):\n%s", diff)
		}
		if h, _ := e.History("lab-g-00000"); !h.Until.After(time.Now()) || !h.Until.Before(time.Now().Add(time.Hour)) {
			t.Errorf("it is left alone until %v", h.Until)
		}
		if s := e.Snapshot(); s.Devices[0].Reason != failure.Auth || s.Failures[failure.Paused] > 0 {
			t.Errorf("reason %q, paused %v", s.Devices[0].Reason, s.Logins)
		}
	})
}
