//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const shipped = "../deploy/prometheus"

// prometheus is a running Prometheus.
type prometheus struct {
	*process
	address string
}

// startPrometheus is startPrometheusWith for those who have no Alertmanager.
func startPrometheus(t *testing.T, targets ...string) prometheus {
	t.Helper()
	return startPrometheusWith(t, freeAddress(t, "127.0.0.1"), targets...)
}

// startPrometheusWith runs Prometheus with the shipped example configuration and rules. Only the addresses and the pace are
// the test's.
func startPrometheusWith(t *testing.T, alertmanager string, targets ...string) prometheus {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatalf("Prometheus is not installed; run make packages: %v", err)
	}
	dir := t.TempDir()
	for _, name := range []string{"rules.yml", "alerts.yml"} {
		rules := strings.NewReplacer(" interval: 15m", " interval: 1s", "(netver_device_up[10m])", "(netver_device_up[5s])", "_timestamp_seconds) < 600", "_timestamp_seconds) < 5").
			Replace(readFile(t, filepath.Join(shipped, name)))
		writeFile(t, filepath.Join(dir, name), "%s", rules)
	}
	config := strings.NewReplacer(
		`"localhost:9733"`, `"`+strings.Join(targets, `", "`)+`"`,
		"localhost:9093", alertmanager,
		"_interval: 30s", "_interval: 1s",
	).Replace(readFile(t, filepath.Join(shipped, "prometheus.yml")))
	file := writeFile(t, filepath.Join(dir, "prometheus.yml"), "%s", config)

	address := freeAddress(t, "127.0.0.1")
	p := prometheus{address: address, process: start(t, program, "--config.file="+file,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)}
	p.waitFor(t, "/-/ready", func() error {
		_, err := get(t.Context(), "http://"+address+"/-/ready")
		return err
	})
	return p
}

// sample is one series of a query's answer.
type sample struct {
	Metric map[string]string
	Value  [2]any // time and value
}

func (s sample) value() string { return fmt.Sprint(s.Value[1]) }

// api asks Prometheus and decodes the data of its answer.
func (p prometheus) api(t *testing.T, path string, values url.Values, data any) error {
	t.Helper()
	body, err := get(t.Context(), "http://"+p.address+path+"?"+values.Encode())
	if err != nil {
		return err
	}
	answer := struct{ Data any }{data}
	return json.Unmarshal(body, &answer)
}

// query returns the answer to an instant query. An answer that holds no number at all is an error.
func (p prometheus) query(t *testing.T, expr string) ([]sample, error) {
	t.Helper()
	var data struct{ Result []sample }
	if err := p.api(t, "/api/v1/query", url.Values{"query": {expr}}, &data); err != nil {
		return nil, err
	}
	for _, s := range data.Result {
		if s.value() != "NaN" {
			return data.Result, nil
		}
	}
	return nil, fmt.Errorf("%s: %d series and no number among them", expr, len(data.Result))
}

// answers waits until the query has an answer.
func (p prometheus) answers(t *testing.T, expr string) (samples []sample) {
	t.Helper()
	p.waitFor(t, "an answer to "+expr, func() (err error) {
		samples, err = p.query(t, expr)
		return err
	})
	return samples
}

// answersAll waits until each query has an answer, and names all those that have none in the end.
func (p prometheus) answersAll(t *testing.T, whose string, exprs []string) {
	t.Helper()
	p.waitFor(t, "answers to the queries of "+whose, func() error {
		var empty []error
		exprs = slices.DeleteFunc(exprs, func(expr string) bool {
			_, err := p.query(t, expr)
			empty = append(empty, err)
			return err == nil
		})
		return errors.Join(empty...)
	})
}
