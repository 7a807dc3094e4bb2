package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/netver/netver_exporter/lab"
)

//go:embed netmiko_threads.py
var netmikoScript []byte

// debianPython is the interpreter that python3-netmiko belongs to.
const debianPython = "/usr/bin/python3"

// netmikos compares the program with Netmiko in a pool of 64 threads.
func (r *rig) netmikos(ctx context.Context) error {
	if r.netmiko == 0 {
		return nil
	}
	if err := exec.CommandContext(ctx, debianPython, "-c", "import netmiko").Run(); err != nil {
		return errors.New("there is no Netmiko: make bench-packages installs it")
	}
	const workers = 64
	return r.with(ctx, byShell, max(r.devices, r.netmiko), func(s *simulator) error {
		theirs, err := r.threads(ctx, s, workers)
		if err != nil {
			return err
		}
		ours, err := r.exporter(ctx, s, setup{workers: workers})
		if err != nil {
			return err
		}
		show(fmt.Sprintf("Netmiko, %d devices", r.netmiko), []figures{theirs})
		show(fmt.Sprintf("netver_exporter, %d devices", s.count), []figures{ours})
		ratio([]figures{ours}, []figures{theirs})
		return nil
	})
}

// threads measures Netmiko over the whole of its work but the first and the last poll of each thread.
func (r *rig) threads(ctx context.Context, s *simulator, workers int) (figures, error) {
	script := filepath.Join(r.dir, "netmiko_threads.py")
	if err := os.WriteFile(script, netmikoScript, 0o600); err != nil {
		return figures{}, err
	}
	done, err := s.stats()
	if err != nil {
		return figures{}, err
	}
	cmd := exec.CommandContext(ctx, debianPython, script, filepath.Join(s.dir, devicesFile),
		fmt.Sprint(r.netmiko), fmt.Sprint(workers), lab.Username, lab.Password)
	var said bytes.Buffer
	cmd.Stderr = &said
	client, err := startProcess(cmd)
	if err != nil {
		return figures{}, err
	}
	n := int64(r.netmiko)
	from := min(int64(workers), n/4)
	f, err := window(ctx, s, client, done.Polls+from, done.Polls+n*9/10)
	if err = errors.Join(err, client.stop()); err != nil {
		return f, fmt.Errorf("netmiko: %w\n%s", err, said.Bytes())
	}
	return f, nil
}
