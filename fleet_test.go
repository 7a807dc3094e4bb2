package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// TestCap counts, on the devices' side, a thousand of them: never more sessions at once than the cap, never two on one
// device, sweep after sweep.
func TestCap(t *testing.T) {
	const concurrency, sweeps = 40, 2
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var devices []*lab.Device
	for i := range 1000 {
		id := []string{"cisco_ios", "arista_eos", "juniper_junos", "vyos"}[i%4]
		d, err := device(platforms, samples, fmt.Sprintf("lab-%04d", i), id)
		if err != nil {
			t.Fatal(err)
		}
		devices = append(devices, d)
	}
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	defer fleet.Close()
	file := filepath.Join(t.TempDir(), "lab.yml")
	if err := writeLab(file, fleet); err != nil {
		t.Fatal(err)
	}
	_, plan, err := load(file, false)
	if err != nil {
		t.Fatal(err)
	}
	plan.Settings.Concurrency = concurrency
	plan.Groups[0].Interval = time.Second // far too short, so that workers are never idle

	c := &countdown{left: sweeps * len(devices), done: make(chan struct{})}
	engine, err := poll.New(plan, slog.New(slog.NewTextHandler(os.Stderr, nil)), c)
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

	if got := fleet.Stats().SessionsMax; got > concurrency {
		t.Errorf("%d sessions at once, more than the cap of %d", got, concurrency)
	}
	for _, d := range devices {
		if s := d.Stats(); s.SessionsMax != 1 {
			t.Errorf("%s had %d sessions at once over %d polls, want 1", d.Name, s.SessionsMax, s.Polls)
		}
	}
	for _, s := range engine.Snapshot().Devices {
		if !s.Up() {
			t.Errorf("%s is down: %s: %s", s.Device.Name, s.Reason, s.Err)
		}
	}
}
