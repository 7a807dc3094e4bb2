//go:build e2e

package e2e

import (
	"bytes"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

const (
	patience = 3 * time.Minute  // for a condition that must come true
	grace    = 30 * time.Second // for a process that was asked to end
)

// process is a program that runs until the test ends. What it prints is shown if the test fails.
type process struct {
	name string
	done chan struct{} // closed when it has ended; err is valid from then on
	err  error
	cmd  *exec.Cmd
	out  lab.Output
}

func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{name: filepath.Base(name), done: make(chan struct{}), cmd: exec.Command(name, args...)}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", p.name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.stop(t)
		if name == binary {
			witness.See("the output of "+p.cmd.String(), []byte(p.out.String()))
		}
		if t.Failed() {
			t.Logf("%s printed last:\n%s", p.name, p.out.Tail(30))
		}
	})
	return p
}

// stop asks the process to end and waits until it has. It returns what Wait returned.
func (p *process) stop(t *testing.T) error {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		t.Errorf("%s did not end within %v of SIGTERM", p.name, grace)
		_ = p.cmd.Process.Kill()
		<-p.done
	}
	return p.err
}

// waitFor tries until try returns nil, and fails the test if that takes too long or the process ends first.
func (p *process) waitFor(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-p.done:
			t.Fatalf("%s ended while waiting for %s: %v", p.name, what, p.err)
		case <-deadline:
			t.Fatalf("waited %v for %s: %v", patience, what, err)
		case <-tick.C:
		}
	}
}

// listening waits until the process, or a child of it, takes connections.
func (p *process) listening(t *testing.T, network, address string) {
	t.Helper()
	p.waitFor(t, p.name+" on "+address, func() error {
		conn, err := net.Dial(network, address)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// run runs a program to its end and returns what it printed to standard output.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	return runWith(t, "", name, args...)
}

func runWith(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewBufferString(input), &stdout, &stderr
	err := cmd.Run()
	if name == binary {
		witness.See(cmd.String(), slices.Concat(stdout.Bytes(), stderr.Bytes()))
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// freeAddress returns an address on which nothing listens.
func freeAddress(t *testing.T, host string) string {
	t.Helper()
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
