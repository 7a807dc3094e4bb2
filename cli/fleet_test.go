package cli

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// TestCap counts, on the devices' side, four hundred of them: never more sessions at once than the cap, never two on one
// device, sweep after sweep.
func TestCap(t *testing.T) {
	t.Parallel()
	const concurrency, sweeps = 40, 2
	fleet, plan := startFleet(t, 400, 0, "cisco_ios", "arista_eos", "juniper_junos", "vyos")
	plan.Settings.Concurrency = concurrency
	plan.Groups[0].Interval = time.Second // far too short, so that workers are never idle

	for _, s := range runPolls(t, plan, sweeps*len(fleet.Devices())).Devices {
		if !s.Up() {
			t.Errorf("%s is down: %s: %s", s.Device.Name, s.Reason, s.Err)
		}
	}
	if got := fleet.Stats().SessionsMax; got > concurrency {
		t.Errorf("%d sessions at once, more than the cap of %d", got, concurrency)
	}
	for _, d := range fleet.Devices() {
		if s := d.Stats(); s.SessionsMax != 1 {
			t.Errorf("%s had %d sessions at once over %d polls, want 1", d.Name, s.SessionsMax, s.Polls)
		}
	}
}

// BenchmarkSlowDevices is where this program comes from: three devices that take five seconds each, one after the other
// and all at once.
func BenchmarkSlowDevices(b *testing.B) {
	for _, concurrency := range []int{1, 3} {
		b.Run(fmt.Sprintf("concurrency=%d", concurrency), func(b *testing.B) {
			_, plan := startFleet(b, 3, 5*time.Second, "arista_eos")
			plan.Settings.Concurrency = concurrency
			for b.Loop() {
				for _, sweep := range runPolls(b, plan, 3).Sweeps {
					b.ReportMetric(sweep.Duration.Seconds(), "s/sweep")
				}
			}
		})
	}
}

// startFleet starts n devices of the platforms in turn, and gives the plan that polls them.
func startFleet(t testing.TB, n int, delay time.Duration, platforms ...string) (*lab.Fleet, poll.Plan) {
	t.Helper()
	known, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var devices []*lab.Device
	for i := range n {
		d, err := simulated(known, samples, fmt.Sprintf("lab-%04d=%s", i, platforms[i%len(platforms)]))
		if err != nil {
			t.Fatal(err)
		}
		d.Delay = delay
		devices = append(devices, d)
	}
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	file := filepath.Join(t.TempDir(), "lab.yml")
	if err := app.WriteLab(file, fleet); err != nil {
		t.Fatal(err)
	}
	loaded, err := app.Load(file, app.Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	return fleet, loaded.Plan
}

// runPolls runs the plan until so many polls have ended.
func runPolls(t testing.TB, plan poll.Plan, polls int) poll.Snapshot {
	t.Helper()
	c := &countdown{left: polls, done: make(chan struct{})}
	engine, err := poll.New(plan, slog.New(slog.DiscardHandler), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	<-c.done
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return engine.Snapshot()
}
