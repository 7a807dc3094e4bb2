package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// Sessions that are kept outlive a reload that does not touch their devices, and are closed when the exporter stops.
func TestKeptSessionsOutliveAReload(t *testing.T) {
	t.Parallel()
	d := labDevice(t)
	_, file, text := startLab(t, d)
	text = bytes.Replace(text, []byte("interval: 15s"), []byte("interval: 1s"), 1)
	text = bytes.Replace(text, []byte("  - name: lab\n"), []byte("  - name: lab\n    session: persistent\n"), 1)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := start(t.Context(), Options{ConfigFile: file}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	polled := make(chan error, 1)
	go func() { polled <- x.poll(ctx) }()
	awaitPolls(t, d, 2)
	if err := x.reload(t.Context()); err != nil {
		t.Error(err)
	}
	awaitPolls(t, d, d.Stats().Polls+2)
	if s := d.Stats(); s.Logins != 1 {
		t.Errorf("%+v, want all polls over one login", s)
	}
	stop()
	if err := <-polled; err != nil {
		t.Error(err)
	}
	await(t, func() bool { return d.Stats().Connections == 0 })
	if s := d.Stats(); s.Farewells != 1 {
		t.Errorf("%d farewells, want 1", s.Farewells)
	}
}

// labDevice is a device that is asked in a shell.
func labDevice(t *testing.T) *lab.Device {
	t.Helper()
	registry, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	ios, _ := registry.Get("cisco_ios")
	for _, s := range samples {
		if s.Platform == ios.ID && len(s.Talk.Gates) == 0 {
			return &lab.Device{Name: "lab-sw-1", Platform: ios, Sample: s}
		}
	}
	t.Fatal("no sample")
	return nil
}

// startLab starts a fleet of one device and writes the configuration that polls it; text is what the file holds.
func startLab(t *testing.T, d *lab.Device) (fleet *lab.Fleet, file string, text []byte) {
	t.Helper()
	fleet, err := lab.Start(context.WithoutCancel(t.Context()), d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	file = filepath.Join(t.TempDir(), "config.yml")
	if err := WriteLab(file, fleet); err != nil {
		t.Fatal(err)
	}
	if text, err = os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	return fleet, file, text
}

func awaitPolls(t *testing.T, d *lab.Device, polls int64) {
	t.Helper()
	await(t, func() bool { return d.Stats().Polls >= polls })
}

func await(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("waited for a minute")
		}
	}
}
