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
	n := max(r.devices, r.netmiko)
	theirs, err := r.threads(ctx, n, workers)
	if err != nil {
		return err
	}
	ours, err := r.exporter(ctx, byShell, n, setup{workers: workers})
	if err != nil {
		return err
	}
	show(fmt.Sprintf("Netmiko, %d devices", r.netmiko), []figures{theirs})
	show(fmt.Sprintf("netver_exporter, %d devices", n), []figures{ours})
	ratio([]figures{ours}, []figures{theirs})
	return nil
}

// threads measures Netmiko over its work but for the first poll of each thread and the last ones.
func (r *rig) threads(ctx context.Context, n, workers int) (f figures, err error) {
	script := filepath.Join(r.dir, "netmiko_threads.py")
	if err := os.WriteFile(script, netmikoScript, 0o600); err != nil {
		return f, err
	}
	err = r.with(ctx, byShell, n, func(s *simulator) error {
		cmd := exec.CommandContext(ctx, debianPython, script, filepath.Join(s.dir, devicesFile),
			fmt.Sprint(r.netmiko), fmt.Sprint(workers), lab.Username, lab.Password)
		var said bytes.Buffer
		cmd.Stderr = &said
		client, err := startProcess(cmd)
		if err != nil {
			return err
		}
		from, to := int64(min(workers, r.netmiko/2)), int64(r.netmiko*9/10)
		f, err = window(ctx, s, client, from, to)
		if err = errors.Join(err, client.stop()); err != nil {
			return fmt.Errorf("%w\n%s", err, said.Bytes())
		}
		return nil
	})
	return f, err
}
