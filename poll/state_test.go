package poll

import (
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
)

// aging answers with an uptime that grows from a boot in the past; the devices of an odd number fail at their second poll if failing.
func aging(booted time.Time, failing bool) func(*inventory.Device, int) (time.Duration, Outcome) {
	return func(d *inventory.Device, n int) (time.Duration, Outcome) {
		if failing && n == 2 && d.Name[len(d.Name)-1]%2 == 1 {
			return time.Second, failed(failure.Prompt)
		}
		return time.Second, Outcome{Facts: parser.Facts{
			Version: "1.0", Model: "M", Serial: "S" + d.Name, Gauges: map[string]float64{"fans": 2},
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
		if err := LoadState(path, first); err != nil {
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
		if err := LoadState(path, second); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.Snapshot().Devices, second.Snapshot().Devices); diff != "" {
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
		"empty":         "",
		"not JSON":      "hello\n",
		"other JSON":    `{"a":1}` + "\n",
		"newer version": `{"header":{"format":"netver_exporter state","version":2}}` + "\n" + `{"end":0}` + "\n",
		"torn":          header + `{"device":{"name":"lab-g-00000","addr`,
		"no end":        header + `{"device":{"name":"lab-g-00000"}}` + "\n",
		"lines missing": header + `{"end":7}` + "\n",
		"no line":       header + `{}` + "\n",
		"binary":        "\x00\x01\x02",
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
			if err := LoadState(path, e); err == nil || !strings.Contains(err.Error(), "set aside") {
				t.Errorf("error %v, want one that says it is set aside", err)
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
		if err := LoadState(path, again); err != nil {
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
		groups, devices, err := readState(strings.NewReader(text))
		if err != nil {
			return
		}
		e, err := New(oneGroup(settings, newFleet(after(0)), time.Hour, 2), slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		e.restore(groups, devices)
		e.Snapshot()
		e.current.Load().groups["g"].open(time.Now())
	})
}
