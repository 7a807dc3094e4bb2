//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// relabeling has every action, some twice.
const relabeling = `
      - {source_labels: [site, rack], separator: "-", target_label: place}
      - {source_labels: [site], regex: "(a|b)(\\d+)", target_label: "${1}_site", replacement: "no$2"}
      - {source_labels: [role], regex: drop.*, action: drop}
      - {source_labels: [keep], regex: no, action: drop}
      - {source_labels: [__meta_filepath], regex: '.*/(\w+)\.\w+', target_label: file}
      - {source_labels: [__address__], modulus: 7, target_label: shard, action: hashmod}
      - {source_labels: [Model], target_label: lower, action: lowercase}
      - {source_labels: [Model], target_label: upper, action: uppercase}
      - {source_labels: [left], target_label: right, action: dropequal}
      - {source_labels: [file], target_label: file, action: keepequal}
      - {regex: "__x_(.*)", action: labelmap, replacement: mapped_$1}
      - {regex: temporary_.*, action: labeldrop}
      - {source_labels: [empty], target_label: gone, replacement: ""}
      - {source_labels: [__address__], regex: "(.*):9999", target_label: __address__, replacement: "$1:2222"}
      - {regex: "__.*|site|rack|place|a_site|b_site|file|shard|lower|upper|mapped_.*|role|quoted|number|gone", action: labelkeep}
`

// labelSets are those of 40 targets.
func labelSets() []map[string]any {
	var groups []map[string]any
	for i := range 40 {
		labels := map[string]string{"site": fmt.Sprintf("%c%d", 'a'+i%3, i), "rack": fmt.Sprint(i % 5), "Model": fmt.Sprintf("C%dXy", i), "left": "l", "right": fmt.Sprint("r", i)}
		address := fmt.Sprintf("192.0.2.%d:%d", i+1, 1000+i)
		switch i % 10 {
		case 1:
			labels["role"] = "dropped"
		case 2:
			labels["keep"] = "no"
		case 3:
			labels["right"] = "l"
		case 4:
			labels["__x_owner"], labels["__x_team"] = "net", "core"
		case 5:
			labels["temporary_a"], labels["role"] = "x", "edge"
		case 6:
			labels["quoted"], labels["number"] = `a "b" \c`, "1.50"
		case 7:
			labels["gone"], labels["rack"] = "x", ""
		case 8:
			address = fmt.Sprintf("192.0.2.%d:9999", i+1)
		case 9:
			address = fmt.Sprintf("[2001:db8::%d]:22", i)
		}
		groups = append(groups, map[string]any{"targets": []string{address}, "labels": labels})
	}
	return groups
}

// Prometheus and we make the same of the same files and rules.
func TestServiceDiscovery(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	groups := labelSets()
	for name, part := range map[string]any{"one.json": groups[:20], "two.yml": groups[20:]} { // JSON is YAML
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "lists", name), string(text))
	}
	config := writeFile(t, filepath.Join(dir, "config.yml"), `ssh: {host_keys: insecure}
credentials: {netops: {username: netops, password: x}}
groups:
  - name: a
    platform: cisco_ios
    credentials: netops
    file_sd: [lists/*.json, lists/*.yml]
    relabel_configs:%s`, relabeling)
	theirs := writeFile(t, filepath.Join(dir, "prometheus.yml"), `scrape_configs:
  - job_name: a
    scrape_interval: 1h
    file_sd_configs: [{files: [lists/*.json, lists/*.yml]}]
    relabel_configs:%s`, relabeling)
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatalf("Prometheus is not installed; run make packages: %v", err)
	}
	address := freeAddress(t, "127.0.0.1")
	p := prometheus{address: address, process: start(t, program, "--config.file="+theirs,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)}

	out, err := exec.Command(binary, "inventory", "--output=json", "--config.file="+config).Output()
	if err != nil {
		t.Fatal(err)
	}
	var devices []struct {
		Address string
		Labels  map[string]string
	}
	if err := json.Unmarshal(out, &devices); err != nil {
		t.Fatal(err)
	}
	ours := map[string]map[string]string{}
	for _, d := range devices {
		ours[d.Address] = d.Labels
	}
	if len(ours) < 24 {
		t.Fatalf("only %d devices are left", len(ours))
	}
	p.waitFor(t, "the targets of Prometheus", func() error {
		var data struct {
			ActiveTargets []struct{ Labels map[string]string }
		}
		if err := p.api(t, "/api/v1/targets", nil, &data); err != nil {
			return err
		}
		got := map[string]map[string]string{}
		for _, target := range data.ActiveTargets {
			address := target.Labels["instance"]
			delete(target.Labels, "instance")
			delete(target.Labels, "job")
			got[address] = target.Labels
		}
		if diff := cmp.Diff(got, ours); diff != "" {
			return fmt.Errorf("(-Prometheus +ours):\n%s", strings.TrimSpace(diff))
		}
		return nil
	})
}

// Prometheus reads our targets as http_sd, without a complaint, to feed another exporter.
func TestTargetsForOtherExporters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := startExporter(t, "lab", "--devices=40")
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatalf("Prometheus is not installed; run make packages: %v", err)
	}
	config := writeFile(t, filepath.Join(dir, "prometheus.yml"), `scrape_configs:
  - job_name: snmp
    scrape_interval: 1h
    http_sd_configs: [{url: "http://%s/api/v1/targets?port=9116", refresh_interval: 1s}]`, e.address)
	address := freeAddress(t, "127.0.0.1")
	p := prometheus{address: address, process: start(t, program, "--config.file="+config,
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)}
	p.waitFor(t, "40 targets", func() error {
		var data struct {
			ActiveTargets []struct{ Labels map[string]string }
		}
		if err := p.api(t, "/api/v1/targets", nil, &data); err != nil {
			return err
		}
		complete := 0
		for _, target := range data.ActiveTargets {
			l := target.Labels
			if strings.HasSuffix(l["instance"], ":9116") && l["device"] != "" && l["platform"] != "" && l["group"] != "" && l["credentials"] == "" {
				complete++
			}
		}
		if complete != 40 || len(data.ActiveTargets) != 40 {
			return fmt.Errorf("%d of %d targets are complete", complete, len(data.ActiveTargets))
		}
		return nil
	})
	body, err := get(t.Context(), "http://"+p.address+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), "\nprometheus_sd_http_failures_total 0\n") {
		t.Error("Prometheus could not read an answer")
	}
}
