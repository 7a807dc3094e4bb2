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

// with runs f beside a simulator with n devices.
func (r *rig) with(ctx context.Context, w way, n int, f func(*simulator) error) error {
	s, err := startSimulator(ctx, r.dir, w, n)
	if err != nil {
		return fmt.Errorf("simulator: %w", err)
	}
	return errors.Join(f(s), s.stop())
}

// bare measures the bare client over most of one pass over the fleet.
func (r *rig) bare(ctx context.Context, s *simulator, workers int) (figures, error) {
	done, err := s.stats()
	if err != nil {
		return figures{}, err
	}
	client, err := startSelf(ctx, "bare", "-mode", s.way.mode, "-workers", fmt.Sprint(workers), "-dir", s.dir)
	if err != nil {
		return figures{}, err
	}
	from, to := s.most(done.Polls)
	f, err := window(ctx, s, client, from, to)
	return f, errors.Join(err, client.stop())
}

// exporter measures the program over most of its first sweep, or the polls that the setup names.
func (r *rig) exporter(ctx context.Context, s *simulator, u setup) (figures, error) {
	done, err := s.stats()
	if err != nil {
		return figures{}, err
	}
	e, err := startExporter(ctx, r.binary, s, u)
	if err != nil {
		return figures{}, err
	}
	from, to := s.most(done.Polls)
	if u.polls > 0 {
		to = min(to, from+u.polls)
	}
	f, err := window(ctx, s, e.process, from, to)
	return f, errors.Join(err, e.stop())
}
