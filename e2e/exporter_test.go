//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/lab"
)

// witness sees what the exporter prints, logs and serves, and knows the secrets that it was given. One that it finds fails the suite.
var witness lab.Witness

// binary is the exporter as it is shipped. TestMain builds it.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "netver-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "netver_exporter")
		build := exec.Command("go", "build", "-trimpath", "-o", binary, "..")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n%s", build, err, out)
			return 1
		}
		code := m.Run()
		looked, err := witness.Verdict()
		fmt.Println(looked)
		if err != nil {
			fmt.Println(err)
			code = max(code, 1)
		}
		return code
	}())
}

// exporter is a running exporter.
type exporter struct {
	*process
	address string
}

// startExporter runs the exporter with the arguments and waits until it is ready.
func startExporter(t *testing.T, args ...string) exporter {
	t.Helper()
	address := freeAddress(t, "127.0.0.1")
	e := exporter{address: address, process: start(t, binary, append(args, "--web.listen-address="+address, "--web.enable-lifecycle")...)}
	t.Cleanup(e.lookThrough)
	e.waitFor(t, "/-/ready", func() error {
		_, err := get(t.Context(), "http://"+address+"/-/ready")
		return err
	})
	return e
}

// lookThrough shows the witness what an exporter serves that still runs.
func (e exporter) lookThrough() {
	for _, page := range []string{"/", "/metrics", "/versions", "/api/v1/devices", "/api/v1/targets", "/api/v1/versions", "/api/v1/status"} {
		_, _ = get(context.Background(), "http://"+e.address+page)
	}
}

func (e exporter) metrics(t *testing.T) string {
	t.Helper()
	body, err := get(t.Context(), "http://"+e.address+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// awaits waits until /metrics has each of the lines.
func (e exporter) awaits(t *testing.T, lines ...string) {
	t.Helper()
	e.waitFor(t, strings.Join(lines, ", "), func() error {
		body, err := get(t.Context(), "http://"+e.address+"/metrics")
		for _, line := range lines {
			if !strings.Contains(string(body), line+"\n") {
				err = errors.Join(err, fmt.Errorf("not yet: %s", line))
			}
		}
		return err
	})
}

// reload has the exporter read its files again.
func (e exporter) reload(t *testing.T) {
	t.Helper()
	response, err := http.Post("http://"+e.address+"/-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("reload: %s", response.Status)
	}
}

// get returns the body of a page; any status but 200 is an error.
func get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	witness.See(url, body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, body)
	}
	return body, err
}
