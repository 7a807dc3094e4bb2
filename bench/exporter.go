package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// setup is what differs between the exporters of a run.
type setup struct {
	workers    int
	interval   time.Duration // 0: an hour, so that there is one sweep
	spread     float64
	insecure   bool
	persistent bool
	polls      int64 // as many are enough; 0: most of a sweep
}

func (u setup) config(s *simulator) ([]byte, error) {
	names, addresses, err := addresses(s.dir)
	if err != nil {
		return nil, err
	}
	if u.interval == 0 {
		u.interval = time.Hour
	}
	hostKeys, keepAlive, session := "strict", "", ""
	if u.insecure {
		hostKeys = "insecure"
	}
	if u.persistent {
		session, keepAlive = "    session: persistent\n", fmt.Sprintf(", sessions: {idle: 1h, max: %d}", s.count)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `poll: {interval: %v, concurrency: %d, spread: %v}
ssh: {known_hosts: [%s], host_keys: %s%s}
credentials: {lab: {username: %s, password: %s}}
groups:
  - name: lab
    platform: %s
    credentials: lab
%s    devices:
`, u.interval, u.workers, u.spread, knownHostsFile, hostKeys, keepAlive, lab.Username, lab.Password, s.way.platform, session)
	for i, name := range names {
		fmt.Fprintf(&b, "      - {name: %s, address: \"%s\"}\n", name, addresses[i])
	}
	return b.Bytes(), nil
}

// exporter is a process of the program that is measured.
type exporter struct {
	*process
	url string
}

// startExporter starts the program at binary to poll the simulator's devices.
func startExporter(ctx context.Context, binary string, s *simulator, u setup) (*exporter, error) {
	config, err := u.config(s)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(s.dir, "config.yml")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "--config.file="+file, "--web.listen-address="+address, "--log.level=error")
	p, err := startProcess(cmd)
	if err != nil {
		return nil, err
	}
	return &exporter{process: p, url: "http://" + address + "/metrics"}, nil
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (e *exporter) stop() error {
	_ = e.cmd.Process.Signal(os.Interrupt)
	return e.process.stop()
}

// scrape reads /metrics as Prometheus does, compressed, and returns how long that took.
func (e *exporter) scrape(ctx context.Context) ([]byte, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url, nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Accept", "text/plain;version=0.0.4")
	request.Header.Set("Accept-Encoding", "gzip") // set by hand, so that the transport does not unpack it
	start := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	packed, err := io.ReadAll(response.Body)
	took := time.Since(start)
	if err != nil {
		return nil, took, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, took, fmt.Errorf("scrape: %s: %s", response.Status, packed)
	}
	unpack, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, took, err
	}
	text, err := io.ReadAll(unpack)
	return text, took, err
}
