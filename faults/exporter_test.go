//go:build faults

package faults

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

const (
	patience = 3 * time.Minute // for a condition that must come true
	beat     = 100 * time.Millisecond
)

// grace is how long the program may take to end: a session's farewell, the server's second, and what a busy machine adds.
var grace = slowly(3 * time.Second)

// exporter is a running exporter.
type exporter struct {
	cmd     *exec.Cmd
	address string
	log     lab.Output
	done    chan struct{} // closed when it has ended; err is valid from then on
	err     error
	took    time.Duration // from the signal of stop to the end
}

// run starts the exporter with a configuration and waits until it listens. It is ended with the test.
func run(t *testing.T, config string, args ...string) *exporter {
	t.Helper()
	return runAt(t, "127.0.0.1:0", config, args...)
}

var listens = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

func runAt(t *testing.T, address, config string, args ...string) *exporter {
	t.Helper()
	args = append([]string{"--config.file=" + config, "--web.listen-address=" + address, "--web.enable-lifecycle"}, args...)
	e := &exporter{cmd: exec.Command(binary, args...), done: make(chan struct{})}
	e.cmd.Stderr = &e.log
	e.cmd.Env = append(os.Environ(), "GORACE=halt_on_error=0 exitcode=66")
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		e.err = e.cmd.Wait()
		close(e.done)
	}()
	t.Cleanup(func() {
		e.lookThrough()
		e.stop(t)
		e.seeFiles(t, args)
		if t.Failed() {
			t.Logf("the exporter said last:\n%s", e.log.Tail(40))
		}
	})
	e.await(t, "listening", func() error {
		m := listens.FindStringSubmatch(e.log.String())
		if m == nil {
			return fmt.Errorf("no line of the log matches %s", listens)
		}
		e.address = m[1]
		return nil
	})
	return e
}

// stop ends the exporter with SIGTERM, unless it has ended, and holds it to a clean end within the grace time.
func (e *exporter) stop(t *testing.T) {
	t.Helper()
	select {
	case <-e.done:
		return
	default:
	}
	began := time.Now()
	e.signal(t, syscall.SIGTERM)
	select {
	case <-e.done:
	case <-time.After(patience):
		e.signal(t, syscall.SIGQUIT)
		<-e.done
		t.Errorf("the exporter hangs after SIGTERM:\n%s", e.log.String())
		return
	}
	if e.took = time.Since(began); e.took > grace && e.took > busier(grace) {
		t.Errorf("ended %v after SIGTERM, want at most %v", e.took, grace)
	}
	if e.err != nil {
		t.Errorf("ended with %v, want exit code 0", e.err)
	}
	if log := e.log.String(); strings.Contains(log, "DATA RACE") || strings.Contains(log, "panic:") {
		t.Errorf("the log tells of a race or a panic:\n%s", log)
	}
}

func (e *exporter) kill(t *testing.T) {
	t.Helper()
	e.signal(t, syscall.SIGKILL)
	<-e.done
}

func (e *exporter) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := e.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// await tries until try returns nil, and fails the test if that takes too long or the exporter ends first.
func (e *exporter) await(t *testing.T, what string, try func() error) {
	t.Helper()
	deadline := time.After(slowly(patience))
	for {
		began := time.Now()
		err := try()
		if err == nil {
			return
		}
		select {
		case <-e.done:
			t.Fatalf("the exporter ended while waiting for %s: %v", what, e.err)
		case <-deadline:
			t.Fatalf("waited %v for %s: %v", slowly(patience), what, err)
		case <-time.After(max(beat, 4*time.Since(began))): // whoever watches must not be the load
		}
	}
}

// awaitScrape is await for what a scrape shows. It returns the scrape that was right.
func (e *exporter) awaitScrape(t *testing.T, what string, try func(scrape) error) (s scrape) {
	t.Helper()
	e.await(t, what, func() error {
		s = e.scrape(t)
		return try(s)
	})
	return s
}

func (e *exporter) url(path string) string { return "http://" + e.address + path }

// reload asks for a reload and returns the status code.
func (e *exporter) reload(t *testing.T) int {
	t.Helper()
	status, _, err := fetch(t.Context(), http.MethodPost, e.url("/-/reload"))
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// mustReload asks for a reload that has to succeed.
func (e *exporter) mustReload(t *testing.T) {
	t.Helper()
	if status := e.reload(t); status != http.StatusOK {
		t.Fatalf("reload: status %d", status)
	}
}

func fetch(ctx context.Context, method, url string) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	witness.See(method+" "+url, body)
	return response.StatusCode, body, err
}
