package poll

import (
	"errors"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/secret"
)

// aging answers with an uptime that grows from a boot in the past; the devices of an odd number fail at their second poll if failing.
func aging(booted time.Time, failing bool) func(*inventory.Device, int) (time.Duration, Outcome) {
	return func(d *inventory.Device, n int) (time.Duration, Outcome) {
		if failing && n == 2 && d.Name[len(d.Name)-1]%2 == 1 {
			return time.Second, failed(failure.Prompt)
		}
		return time.Second, Outcome{Facts: parser.Facts{
			Version: "1.0", Model: "M", Serial: "S" + d.Name, Gauges: map[string]float64{"fans": 2},
			Patch: "P1", ReloadReason: "power on", NextBoot: "1.1", NextBootDiffers: new(true), Members: []parser.Member{{Name: "1", Version: "1.0"}},
			Uptime: &parser.Uptime{Age: time.Since(booted), Resolution: time.Second},
		}}
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const interval = 10 * time.Minute
		path := filepath.Join(t.TempDir(), "state")
		began := time.Now()
		s := settings
		s.Concurrency = 100
		plan := oneGroup(s, newFleet(aging(began.Add(-24*time.Hour), true)), interval, 100)
		first, stop := start(t, plan, nil)
		if _, err := LoadState(path, first); err != nil {
			t.Errorf("no file yet: %v", err)
		}
		time.Sleep(2*interval - time.Second) // every device has been polled in the second sweep
		synctest.Wait()
		stop()
		if err := SaveState(path, first); err != nil {
			t.Fatal(err)
		}

		time.Sleep(time.Minute + time.Second) // 21 min: 1 min into the third sweep
		f := newFleet(aging(began.Add(-24*time.Hour), false))
		plan.Poller = f
		second, err := New(plan, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		if warning, err := LoadState(path, second); err != nil || warning != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.Snapshot().Devices, second.Snapshot().Devices, cmpopts.IgnoreFields(Status{}, "Revision")); diff != "" {
			t.Errorf("devices after the restart (-before +after):\n%s", diff)
		}
		defer run(t, second)()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		missed := 0
		for _, st := range second.Snapshot().Devices {
			if time.Duration(phase(st.Device.Name)*0.8*float64(interval)) < time.Minute {
				missed++
			}
		}
		if got := len(f.polls()); got < missed || got > missed+1 {
			t.Errorf("%d polls at once after the restart, want the %d that were missed while down", got, missed)
		}
		time.Sleep(interval)
		synctest.Wait()
		for _, st := range second.Snapshot().Devices {
			if st.Polls < 3 || st.Reboots != 0 || !st.Up() {
				t.Errorf("%s: %d polls, %d reboots, reason %q", st.Device.Name, st.Polls, st.Reboots, st.Reason)
			}
			if at := f.of(st.Device.Name)[0].Sub(began); at > 2*interval+time.Minute+2*time.Second {
				want := 2*interval + time.Duration(phase(st.Device.Name)*0.8*float64(interval))
				if (at - want).Abs() > time.Second {
					t.Errorf("%s came at %v, its phase is at %v", st.Device.Name, at, want)
				}
			}
		}
	})
}

func TestBadStateIsSetAside(t *testing.T) {
	header := `{"header":{"format":"netver_exporter state","version":1}}` + "\n"
	for name, text := range map[string]string{
		"newer version": `{"header":{"format":"netver_exporter state","version":2}}` + "\n" + `{"end":0}` + "\n",
		"torn":          header + `{"device":{"name":"lab-g-00000","addr`,
		"no end":        header + `{"device":{"name":"lab-g-00000"}}` + "\n",
		"lines missing": header + `{"end":7}` + "\n",
		"no line":       header + `{}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "state")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			e, err := New(oneGroup(settings, newFleet(after(0)), time.Hour, 2), slog.New(slog.DiscardHandler), nil)
			if err != nil {
				t.Fatal(err)
			}
			if warning, err := LoadState(path, e); err != nil || warning == nil || !strings.Contains(warning.Error(), "set aside") {
				t.Errorf("warning %v, error %v, want a warning that says it is set aside", warning, err)
			}
			left, err := filepath.Glob(path + "*")
			if err != nil || len(left) != 1 || !strings.Contains(left[0], ".bad-") {
				t.Errorf("files left: %v", left)
			}
			if !e.Snapshot().Devices[0].Pending() {
				t.Error("the engine is not as new")
			}
			if err := SaveState(path, e); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatJSONCannotHoldCostsOneDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "state")
		f := newFleet(func(d *inventory.Device, _ int) (time.Duration, Outcome) {
			o := good()
			if d.Name == "lab-g-00000" {
				o.Facts.Gauges = map[string]float64{"load": math.NaN()}
			}
			return 0, o
		})
		plan := oneGroup(settings, f, time.Hour, 3)
		e, stop := start(t, plan, nil)
		time.Sleep(time.Minute)
		stop()
		if err := SaveState(path, e); err != nil {
			t.Fatal(err)
		}
		again, err := New(plan, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		if warning, err := LoadState(path, again); err != nil || warning != nil {
			t.Fatal(err)
		}
		for i, want := range []uint64{0, 1, 1} {
			if got := again.Snapshot().Devices[i].Polls; got != want {
				t.Errorf("device %d: %d polls, want %d", i, got, want)
			}
		}
	})
}

func FuzzReadState(f *testing.F) {
	f.Add(`{"header":{"format":"netver_exporter state","version":1}}` + "\n" +
		`{"device":{"name":"lab-g-00000","address":"192.0.2.1:22","platform":"cisco_ios","polls":3,"last_poll":"2026-01-01T00:00:00Z"}}` + "\n" + `{"end":1}`)
	f.Add(`{"header":{"format":"netver_exporter state","version":1}}` + "\n" + `{"group":{"name":"g","interval":3600000000000,"sweep":"2026-01-01T00:00:00Z"}}` + "\n" + `{"end":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		kept, err := readState(strings.NewReader(text))
		if err != nil {
			return
		}
		e, err := New(oneGroup(settings, newFleet(after(0)), time.Hour, 2), slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		e.restore(kept)
		e.Snapshot()
		e.current.Load().groups["g"].open(time.Now())
	})
}

// TestStateIsKeptInNothingButItsOwnFile has everything at the path that is not a state file stay as it is.
func TestStateIsKeptInNothingButItsOwnFile(t *testing.T) {
	e, err := New(oneGroup(settings, newFleet(after(0)), time.Hour, 2), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		make func(path string) error
		says string
	}{
		"a folder":          {func(path string) error { return os.Mkdir(path, 0o700) }, "not a regular file"},
		"a device":          {func(path string) error { return os.Symlink(os.DevNull, path) }, "not a regular file"},
		"a pipe":            {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "not a regular file"},
		"a link to nothing": {func(path string) error { return os.Symlink(path+".gone", path) }, "link to nothing"},
		"another program's": {func(path string) error { return os.WriteFile(path, []byte(`{"a":1}`+"\n"), 0o600) }, "not a state file"},
		"binary":            {func(path string) error { return os.WriteFile(path, []byte("\x00\x01\x02"), 0o600) }, "not a state file"},
		"a draft of others": {func(path string) error { return os.WriteFile(path+".new", []byte("mine"), 0o600) }, "not a state file"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state")
			if err := tc.make(path); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Lstat(path); err == nil {
				if _, err := LoadState(path, e); err == nil || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), path) {
					t.Errorf("load: %v, want an error that names the path and says %q", err, tc.says)
				}
			}
			if err := SaveState(path, e); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("save: %v, want an error that says %q", err, tc.says)
			}
			left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
			if err != nil || len(left) != 1 {
				t.Errorf("files left: %v", left)
			}
		})
	}
	t.Run("a folder that cannot be written", func(t *testing.T) {
		if _, err := LoadState(filepath.Join(t.TempDir(), "gone", "state"), e); err == nil {
			t.Error("no error")
		}
	})
	t.Run("a link to a state file", func(t *testing.T) {
		dir := t.TempDir()
		real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
		if err := errors.Join(os.WriteFile(real, nil, 0o600), os.Symlink(real, link), SaveState(link, e)); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("the link was replaced: %v, %v", info, err)
		}
		if warning, err := LoadState(link, e); err != nil || warning != nil {
			t.Errorf("%v, %v", warning, err)
		}
	})
}

// TestStateHoldsLogins has a paused credential, and what is known of devices, survive a restart; not with another secret.
func TestStateHoldsLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "state")
		var wrong atomic.Bool
		wrong.Store(true)
		plan, _ := guarded(&wrong, time.Hour, 20)
		e, stop := start(t, plan, nil)
		time.Sleep(time.Minute)
		stop()
		if err := SaveState(path, e); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			identity string
			paused   bool
		}{{"", true}, {"another", false}} {
			plan, f := guarded(&wrong, time.Hour, 20)
			plan.Credentials[0].Identity = secret.New(tc.identity)
			again, err := New(plan, slog.New(slog.DiscardHandler), nil)
			if err != nil {
				t.Fatal(err)
			}
			if warning, err := LoadState(path, again); err != nil || warning != nil {
				t.Fatal(warning, err)
			}
			if got := again.Snapshot().Logins["netops"].Paused; got != tc.paused {
				t.Errorf("identity %q: paused is %v", tc.identity, got)
			}
			stop := run(t, again)
			time.Sleep(time.Minute)
			stop()
			if got := total(f); tc.paused && got > 0 {
				t.Errorf("%d devices were asked with a paused credential within a minute", got)
			}
		}
	})
}

// The names of keys in a state file are a contract with files that exist: this is one of version 1 with every key.
func TestStateKeysStay(t *testing.T) {
	const text = `{"header":{"format":"netver_exporter state","version":1}}
{"device":{"name":"lab-g-00000","address":"192.0.2.1:22","platform":"cisco_ios","platform_used":"cisco_ios","vendor":"Cisco","polls":3,"failures":1,"retries":1,"reboots":1,"version_changes":1,"last_poll":"2000-01-01T00:00:00Z","last_success":"2000-01-01T00:00:00Z","duration":1000000000,"facts":{"version":"15.2","model":"C2960","serial":"FCH1","hostname":"sw","uptime":{"age":60000000000,"resolution":1000000000},"gauges":{"fans":2,"poll_x":1,"Not a name":1},"patch":"P1","reload_reason":"power on","next_boot":"15.4","next_boot_differs":true,"members":[{"member":"1","role":"active","model":"C2960","serial":"FCH1","version":"15.2"},{"member":"2","version":"15.0","version_differs":true}]},"boot_time":"1999-12-31T23:59:00Z","boot":{"time":"1999-12-31T23:59:00Z","since":"2000-01-01T00:00:00Z","read":"2000-01-01T00:00:00Z","age":60000000000,"resolution":1000000000},"version":"15.2","serial":"FCH1","version_history":[{"at":"2000-01-01T00:00:00Z","from":"15.0","to":"15.2"}],"reboot_history":[{"at":"2000-01-01T00:00:00Z","booted":"1999-12-31T23:59:00Z","reason":"reload"}]}}
{"end":1}
`
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := settings
	s.KeepFacts = 100 * 365 * 24 * time.Hour
	e, err := New(oneGroup(s, newFleet(after(0)), time.Hour, 1), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	if warning, err := LoadState(path, e); err != nil || warning != nil {
		t.Fatal(warning, err)
	}
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	past := History{Versions: []VersionChange{{day, "15.0", "15.2"}}, Reboots: []Reboot{{day, day.Add(-time.Minute), "reload"}}}
	kept := path + "2"
	if err := SaveState(kept, e); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, kept} {
		if warning, err := LoadState(file, e); err != nil || warning != nil {
			t.Fatal(warning, err)
		}
		if h, _ := e.History("lab-g-00000"); cmp.Diff(past, h) != "" {
			t.Errorf("%s: history (-want +got):\n%s", file, cmp.Diff(past, h))
		}
	}
	got := e.Snapshot().Devices[0]
	want := parser.Facts{
		Version: "15.2", Model: "C2960", Serial: "FCH1", Hostname: "sw", Uptime: &parser.Uptime{Age: time.Minute, Resolution: time.Second},
		Gauges: map[string]float64{"fans": 2}, Patch: "P1", ReloadReason: "power on", NextBoot: "15.4", NextBootDiffers: new(true),
		Members: []parser.Member{{Name: "1", Role: "active", Model: "C2960", Serial: "FCH1", Version: "15.2"}, {Name: "2", Version: "15.0", Differs: true}},
	}
	if diff := cmp.Diff(want, got.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if got.Polls != 3 || got.Failures != 1 || got.Retries != 1 || got.Reboots != 1 || got.VersionChanges != 1 || got.BootTime.IsZero() {
		t.Errorf("%+v", got)
	}
}
