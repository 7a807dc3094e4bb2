//go:build faults

package faults

import (
	"errors"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// busyFleet is n devices that take their time, some of which hang, and a plan that has workers wait for them all the time.
func busyFleet(t *testing.T, n int) (*lab.Fleet, *config) {
	t.Helper()
	hangs := []lab.Fault{lab.Silent, lab.SlowAuth, lab.NoPrompt, lab.Freeze, lab.Drip, lab.VersionOnly}
	devices := newDevices(t, "sw", n, twoModes...)
	for i, d := range devices {
		d.Delay, d.Pause = 50*time.Millisecond, slowly(time.Second)
		if i%10 == 0 {
			d.Fault = hangs[i/10%len(hangs)]
		}
	}
	fleet := startFleet(t, devices...)
	return fleet, newConfig(t, fleet, pollSection{
		Interval: slowly(2 * time.Second), Timeout: slowly(1500 * time.Millisecond), ConnectTimeout: slowly(time.Second), Concurrency: 32,
	})
}

// TestTerminate ends the program at random moments of a sweep. It ends in time with exit code 0 (stop holds it to that),
// and no session is left behind: whoever had a shell was told to end it.
func TestTerminate(t *testing.T) {
	t.Parallel()
	const rounds = 8
	random := rand.New(rand.NewPCG(7, 7))
	fleet, config := busyFleet(t, 200)
	config.write(t)
	var longest time.Duration
	for range rounds {
		e := run(t, config.path)
		pause(t, time.Duration(random.Int64N(int64(slowly(1500*time.Millisecond)))))
		e.stop(t)
		longest = max(longest, e.took)
		awaitSilence(t, fleet)
	}
	var shells, farewells int64
	for _, d := range fleet.Devices() {
		if d.Fault == "" {
			shells += d.Stats().Shells
			farewells += d.Stats().Farewells
		}
	}
	missing := shells - farewells
	if shells == 0 || missing < 0 || missing > 0 && (busier(time.Second) < 3*time.Second/2 || missing > shells/20) { // a device that is too slow to show its prompt is not waited for
		t.Errorf("%d of %d shells were left politely", farewells, shells)
	}
	t.Logf("%d rounds, the longest end took %v; %d of %d shells left politely", rounds, longest, farewells, shells)
}

// pause lets some time pass: the moment after it is what is tested, so there is nothing to wait for.
func pause(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// awaitSilence waits until the devices have no connection left.
func awaitSilence(t *testing.T, fleet *lab.Fleet) {
	t.Helper()
	deadline := time.Now().Add(slowly(5 * time.Second))
	for {
		s := fleet.Stats()
		if s.Connections == 0 && s.Sessions == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d connections and %d sessions are left", s.Connections, s.Sessions)
		}
		pause(t, beat/10)
	}
}

// TestKill kills the program in the middle of its work, again and again. It leaves nothing that stops the next start, at
// the same address and with the same state file, and the last start is as any other.
func TestKill(t *testing.T) {
	t.Parallel()
	const rounds = 4
	random := rand.New(rand.NewPCG(9, 9))
	fleet, config := busyFleet(t, 100)
	config.write(t)
	state := "--state.file=" + filepath.Join(t.TempDir(), "state.json")
	address := "127.0.0.1:0"
	for range rounds {
		e := runAt(t, address, config.path, state)
		address = e.address
		pause(t, time.Duration(random.Int64N(int64(slowly(time.Second)))))
		e.kill(t)
	}
	var healthy []*lab.Device
	for _, d := range fleet.Devices() {
		if d.Fault == "" {
			healthy = append(healthy, d)
		}
	}
	e := runAt(t, address, config.path, state)
	e.awaitScrape(t, "all devices up", upOnes(healthy...))
	if strings.Contains(e.log.String(), "set aside") {
		t.Error("a state file was set aside after SIGKILL")
	}
}

// TestState restarts the program. Facts, counters and boot times are there from the first scrape on, and the fleet is
// not polled anew but at its phases.
func TestState(t *testing.T) {
	t.Parallel()
	devices := newDevices(t, "sw", 300, twoModes...)
	down := devices[:30]
	for _, d := range down {
		d.Fault = lab.Refuse
	}
	fleet := startFleet(t, devices...)
	plan := pollSection{
		Interval: slowly(time.Minute), Timeout: slowly(2 * time.Second), ConnectTimeout: slowly(time.Second), Concurrency: 64,
	}
	config := newConfig(t, fleet, plan).write(t)
	state := "--state.file=" + filepath.Join(t.TempDir(), "state.json")
	e := run(t, config, state)
	before := e.awaitScrape(t, "a sweep", polledTimes(1))
	e.stop(t)

	knocks := fleet.Stats().Connects
	began := time.Now()
	e = run(t, config, state)
	after := e.scrape(t)
	// Spread over 0.8 intervals, and a little more for luck.
	allowed := int64(2*float64(len(devices))*time.Since(began).Seconds()/plan.Interval.Seconds()) + 20
	if n := fleet.Stats().Connects - knocks; n > allowed {
		t.Errorf("%d of %d devices were polled at once after a restart, want at most %d", n, len(devices), allowed)
	}
	for _, name := range []string{"up", "info", "boot_time_seconds", "polls_total", "poll_failures_total", "reboots_total", "last_success_timestamp_seconds"} {
		was, is := before.devices(name), after.devices(name)
		if len(was) == 0 || len(is) != len(was) {
			t.Errorf("netver_device_%s: %d series after a restart, %d before", name, len(is), len(was))
		}
		for device, v := range was {
			if same := is[device] == v; !same && is[device] < v {
				t.Errorf("netver_device_%s of %s was %v and is %v", name, device, v, is[device])
			}
		}
	}
	for device, reason := range before.reasons() {
		if got := after.reasons()[device]; got != reason {
			t.Errorf("%s was down for %s, and now for %q", device, reason, got)
		}
	}
}

// TestBadState starts the program with state files that are none.
func TestBadState(t *testing.T) {
	t.Parallel()
	devices := newDevices(t, "sw", 10, twoModes...)
	fleet := startFleet(t, devices...)
	plan := pollSection{Interval: time.Minute, Timeout: slowly(2 * time.Second), ConnectTimeout: slowly(time.Second), Concurrency: 16}
	config := newConfig(t, fleet, plan).write(t)
	file := filepath.Join(t.TempDir(), "state.json")
	e := run(t, config, "--state.file="+file)
	e.awaitScrape(t, "a sweep", polledTimes(1))
	e.stop(t)
	whole := readFile(t, file)
	end := whole[strings.LastIndex(whole, `"end":`):] // which counts what is kept

	for _, tt := range []struct {
		name, text string
		aside      bool
	}{
		{"torn", whole[:len(whole)/2], true},
		{"of a later version", strings.Replace(whole, `"version":1`, `"version":9999`, 1), true},
		{"empty", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.json")
			writeFile(t, path, tt.text)
			e := run(t, config, "--state.file="+path)
			e.awaitScrape(t, "all devices up", upOnes(devices...))
			aside, err := filepath.Glob(path + ".bad-*")
			if err != nil || (len(aside) == 1) != tt.aside || tt.aside && readFile(t, aside[0]) != tt.text {
				t.Errorf("set aside: %q, %v", aside, err)
			}
			log := e.log.String()
			if warned := strings.Contains(log, "level=WARN") && strings.Contains(log, "set aside as"); warned != tt.aside {
				t.Errorf("the log warns of it: %v, want %v", warned, tt.aside)
			}
			e.stop(t)
			if !strings.HasSuffix(readFile(t, path), end) {
				t.Errorf("the state does not end with %s", end)
			}
		})
	}
	t.Run("foreign", func(t *testing.T) {
		const text = "hello\n"
		path := filepath.Join(t.TempDir(), "state.json")
		writeFile(t, path, text)
		out, err := exec.CommandContext(t.Context(), binary, "--config.file="+config, "--state.file="+path, "--web.listen-address=127.0.0.1:0").CombinedOutput()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), "is not a state file") {
			t.Errorf("ended with %v, want exit code 1 and a reason:\n%s", err, out)
		}
		if got := readFile(t, path); got != text {
			t.Errorf("the file holds %q now", got)
		}
	})
}
