//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/netver/netver_exporter/app"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// TestObserve watches a live lab by two exporters, and a device of the test's own by a third one: every query of the dashboards
// has an answer, no alert has an error, and the device's outage reaches the receiver of a real Alertmanager, as does its end.
func TestObserve(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t)
	alertmanager := startAlertmanager(t, receiver.URL)
	file := filepath.Join(t.TempDir(), "lab.yml")
	live := startExporter(t, "lab", "--live", "--write-config="+file)
	replica := startExporter(t, "--config.file="+file)
	fleet := startOwnDevice(t)
	own := startExporter(t, "--config.file="+fleet.config)
	prom := startPrometheusWith(t, alertmanager, live.address, replica.address, own.address)
	prom.answers(t, `netver_device_up{device="own-1"} == 1`)
	if err := fleet.device.SetFault(lab.Refuse); err != nil {
		t.Fatal(err)
	}
	fleet.device.Disconnect()

	t.Run("alertmanager", func(t *testing.T) {
		prom.waitFor(t, "the alert that the device is down", receiver.has("firing", "NetverDeviceUnreachable", "own-1"))
		if err := fleet.device.SetFault(""); err != nil {
			t.Fatal(err)
		}
		prom.waitFor(t, "the end of the alert", receiver.has("resolved", "NetverDeviceUnreachable", "own-1"))
	})
	t.Run("rules", func(t *testing.T) {
		rulesWork(t, prom)
		prom.answers(t, `ALERTS{alertname="NetverHostKeyChanged", alertstate="firing"}`)
		prom.answers(t, `ALERTS{alertname="NetverCredentialPaused", alertstate="firing"}`)
		prom.answers(t, `ALERTS{alertname="NetverDeviceRebooted", alertstate="firing"}`)
		prom.answers(t, `ALERTS{alertname="NetverVersionChanged", alertstate="firing", version!=""}`)
	})
	t.Run("dashboards", func(t *testing.T) { dashboardsAnswer(t, prom) })
	t.Run("docs", func(t *testing.T) { docsAnswer(t, prom) })
	t.Run("grafana's alerts", func(t *testing.T) {
		for _, group := range grafanaRules(t) {
			for _, r := range group.Rules {
				var data any
				if err := prom.api(t, "/api/v1/query", url.Values{"query": {r.Expr}}, &data); err != nil {
					t.Errorf("%s: %v", r.Alert, err)
				}
			}
		}
	})
}

// ownDevice is a device that the test has in its hand, and a configuration that polls it each second.
type ownDevice struct {
	device *lab.Device
	config string
}

func startOwnDevice(t *testing.T) ownDevice {
	t.Helper()
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	devices, err := lab.Demo(1, platforms.All()...)
	if err != nil {
		t.Fatal(err)
	}
	devices[0].Name, devices[0].Hostname = "own-1", "own-1"
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	file := filepath.Join(t.TempDir(), "written.yml")
	if err := app.WriteLab(file, fleet); err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("interval: 15s, timeout: 10s, connect_timeout: 3s", "interval: 1s, timeout: 1s, connect_timeout: 1s").Replace(readFile(t, file))
	return ownDevice{devices[0], writeFile(t, filepath.Join(filepath.Dir(file), "config.yml"), "%s", config)}
}

// startAlertmanager runs Alertmanager with the shipped example, which sends what it hears to the hook at once, and returns its address.
func startAlertmanager(t *testing.T, hook string) string {
	t.Helper()
	program, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		t.Fatalf("Alertmanager is not installed; run make packages: %v", err)
	}
	dir := t.TempDir()
	config := regexp.MustCompile(`(group_wait|group_interval): \w+`).ReplaceAllString(readFile(t, filepath.Join(shipped, "alertmanager.yml")), "$1: 1s")
	config = regexp.MustCompile(`(?m)^( +)- name: network-.*$`).ReplaceAllString(config, fmt.Sprintf("$0\n$1  webhook_configs: [{url: %q, send_resolved: true}]", hook))
	file := writeFile(t, filepath.Join(dir, "alertmanager.yml"), "%s", config)
	address := freeAddress(t, "127.0.0.1")
	p := start(t, program, "--config.file="+file, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+address, "--cluster.listen-address=")
	p.listening(t, "tcp", address)
	return address
}

// receiver is a webhook that remembers the alerts it was sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	alerts []received
}

type received struct {
	Status      string
	Labels      map[string]string
	Annotations map[string]string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		var message struct{ Alerts []received }
		body, _ := io.ReadAll(request.Body)
		if err := json.Unmarshal(body, &message); err != nil {
			t.Errorf("Alertmanager sent %q: %v", body, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.alerts = append(r.alerts, message.Alerts...)
	}))
	t.Cleanup(r.Close)
	return r
}

// has tells whether the alert of a device has come with that status.
func (r *receiver) has(status, alert, device string) func() error {
	return func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, a := range r.alerts {
			if a.Status == status && a.Labels["alertname"] == alert && a.Labels["device"] == device && a.Annotations["runbook_url"] != "" {
				return nil
			}
		}
		return fmt.Errorf("%d alerts, none of them that %s of %s is %s", len(r.alerts), alert, device, status)
	}
}
