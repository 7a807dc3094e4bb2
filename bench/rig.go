package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// rig is one run: a directory, the program to measure, and what is measured.
type rig struct {
	options
	dir    string
	binary string
}

// parts is what a run measures, in this order.
var parts = []struct {
	name, title string
	measure     func(*rig, context.Context) error
}{
	{"floor", "against the bare client", (*rig).floor},
	{"netmiko", "against Netmiko with 64 threads, shell", (*rig).netmikos},
	{"sizes", "CPU per poll by size of the fleet, exec, 64 workers", (*rig).sizes},
	{"hostkeys", "host keys strict against insecure, exec, 64 workers", (*rig).hostKeys},
	{"persistent", "persistent sessions against a login for each poll, 64 workers", (*rig).persistent},
	{"large", "the large fleet, exec", (*rig).largeFleet},
}

func newRig(o options) *rig { return &rig{options: o} }

// run builds the program and measures it.
func (r *rig) run(ctx context.Context) (err error) {
	if r.dir, err = os.MkdirTemp("", "netver-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.dir)
	r.binary = filepath.Join(r.dir, "netver_exporter")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", r.binary, "github.com/netver/netver_exporter")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	fmt.Printf("%s, %s/%s, %d cores, %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.RFC3339))
	for _, part := range parts {
		if r.only != "" && r.only != part.name {
			continue
		}
		fmt.Printf("\n%s: %s\n", part.name, part.title)
		if err := part.measure(r, ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// with runs f beside a simulator of its own, with n devices. Each client gets another one, and so another port: Linux uses
// the remains of a connection over loopback again at once, and now and then takes the packets of the new one for old.
func (r *rig) with(ctx context.Context, w way, n int, f func(*simulator) error) error {
	s, err := startSimulator(ctx, r.dir, w, n)
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	return errors.Join(f(s), s.stop())
}

// bare measures the bare client over most of one pass over n devices.
func (r *rig) bare(ctx context.Context, w way, n, workers int) (f figures, err error) {
	err = r.with(ctx, w, n, func(s *simulator) error {
		client, err := startSelf(ctx, "bare", "-mode", w.mode, "-workers", fmt.Sprint(workers), "-dir", s.dir)
		if err != nil {
			return err
		}
		from, to := s.most(0)
		f, err = window(ctx, s, client, from, to)
		return errors.Join(err, client.stop())
	})
	return f, err
}

// exporter measures the program over most of its first sweep of n devices, or the polls that the setup names.
func (r *rig) exporter(ctx context.Context, w way, n int, u setup) (f figures, err error) {
	err = r.beside(ctx, w, n, u, func(s *simulator, e *exporter) error {
		from, to := s.most(0)
		if u.polls > 0 {
			to = min(to, from+u.polls)
		}
		f, err = window(ctx, s, e.process, from, to)
		return err
	})
	return f, err
}

// beside runs f beside an exporter that polls a simulator of its own.
func (r *rig) beside(ctx context.Context, w way, n int, u setup, f func(*simulator, *exporter) error) error {
	return r.with(ctx, w, n, func(s *simulator) error {
		e, err := startExporter(ctx, r.binary, s, u)
		if err != nil {
			return err
		}
		return errors.Join(f(s, e), e.stop())
	})
}
