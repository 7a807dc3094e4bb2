package collector

import (
	"bytes"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; rewrite with -update):\n%s", path, diff)
	}
}

// at is a moment in the life of the sample fleet.
func at(minute int) time.Time { return time.Date(2026, 3, 1, 12, minute, 0, 250e6, time.UTC) }

// fleet has a device in every state.
func fleet() poll.Snapshot {
	facts := parser.Facts{Version: "17.9.4a", Model: "C9300-48P", Serial: "FCH0000J1AA", Hostname: "lab-sw-1"}
	up := facts
	up.Uptime = &parser.Uptime{Age: 49*time.Hour + 3*time.Minute, Resolution: time.Minute}
	up.Patch, up.ReloadReason, up.NextBoot, up.NextBootDiffers = "CSCab12345", `reload by "admin"`, "flash:new.bin", ptr(true)
	up.Members = []parser.Member{
		{Name: "1", Role: "active", Model: "C9300-48P", Serial: "FCH0000J1AA", Version: "17.9.4a"},
		{Name: "2", Model: "C9300-24P", Version: "17.6.1", Differs: true},
	}
	up.Gauges = map[string]float64{"fans_failed": 0, "cpu_load_ratio": 0.25}
	failures := make(map[failure.Reason]uint64)
	failures[failure.Auth] = 2
	return poll.Snapshot{
		Devices: []*poll.Status{
			{
				Device: inventory.Device{
					Name: "lab-sw-1", Address: "192.0.2.1:22",
					Labels: []inventory.Label{{Name: "role", Value: `the "edge"`}, {Name: "site", Value: "lab\\1"}},
				},
				Platform: "cisco_ios", Vendor: "Cisco", Polls: 12, Failures: 1, Reboots: 1, VersionChanges: 2,
				LastPoll: at(10), LastSuccess: at(10), Duration: 1250 * time.Millisecond, Facts: up, BootTime: at(0).Add(-49 * time.Hour),
				SSH: &poll.SSH{KeyExchange: "mlkem768x25519-sha256", HostKey: "ssh-ed25519", Cipher: "aes128-gcm@openssh.com", Verified: "key"},
				Verdict: &version.Verdict{
					Rule: "campus", Wanted: `>= 17.9.4, "17.6*"`, Compliant: version.Yes, Undecidable: true,
					Denied: []version.Denial{{Note: "CVE-2026-1", Severity: "critical"}, {Note: "FN-1"}}, Undecided: []version.Denial{{Note: "FN-2"}},
					EOL: &version.EOL{Release: "17.9", Time: at(0)},
				},
			},
			{
				Device:   inventory.Device{Name: "lab-sw-2", Address: "192.0.2.2:22"},
				Platform: "cisco_ios", Vendor: "Cisco", Polls: 3, Failures: 2, LastPoll: at(10), LastSuccess: at(0),
				Duration: 30 * time.Second, Reason: failure.Auth, Err: "refused", Facts: facts, BootTime: at(0).Add(-time.Hour),
				Verdict: &version.Verdict{Rule: "campus", Wanted: "17.12.1", Compliant: version.No, EOL: &version.EOL{Release: "17"}},
			},
			{Device: inventory.Device{Name: "lab-sw-3", Address: "192.0.2.3:22"}, Platform: "frr", Verdict: &version.Verdict{Rule: "routers"}},
		},
		Workers: 64, Busy: 3, Queue: 7, Polls: 15, Retries: 1, Failures: failures,
		Sweeps: map[string]poll.Sweeps{"site1": {Done: 4, Skipped: 1, Duration: 4 * time.Minute}, "site2": {}},
		Logins: map[string]logins.State{
			"netops": {Allowed: 64, Logins: map[logins.Verdict]uint64{logins.NoneSent: 1, logins.Accepted: 14, logins.Refused: 0, logins.Unknown: 0}},
			"old":    {Paused: true, Logins: map[logins.Verdict]uint64{logins.NoneSent: 0, logins.Accepted: 0, logins.Refused: 4, logins.Unknown: 0}},
		},
	}
}

// still is a Source whose snapshot never changes.
type still poll.Snapshot

func (s still) Snapshot() poll.Snapshot { return poll.Snapshot(s) }

func watching(s poll.Snapshot) *Collector {
	c := New()
	c.Watch(still(s))
	return c
}

// platform has one gauge of its own.
func platform(gauge, help string) *parser.Platform {
	p, err := loadPlatform(gauge, help)
	if err != nil {
		panic(err)
	}
	return p
}

func loadPlatform(gauge, help string) (*parser.Platform, error) {
	text := fmt.Sprintf(`id: lab_os
vendor: Lab
title: Lab
session: {mode: exec, prompt: '> ?$'}
commands:
  - run: show version
    facts:
      version: ['^Version (\S+)']
    gauges:
      - {name: %s, help: %q, line: '^Gauge (\d+)'}
`, gauge, help)
	return parser.Load("lab_os.yml", []byte(text))
}

func sample() *Collector {
	c := watching(fleet())
	c.Declare([]*parser.Platform{platform("fans_failed", "Fans that have failed, as of the latest poll.")})
	c.ShowMembers(true)
	c.Reloaded(true, at(1))
	c.Observe(poll.Event{Duration: 2 * time.Second, Lag: 3 * time.Millisecond})
	c.Observe(poll.Event{Duration: 2 * time.Second, Lag: time.Hour, Slow: true})
	c.Observe(poll.Event{Reason: failure.Paused})
	return c
}

// Members have no series of their own unless the operator wants them; how many there are is always shown.
func TestMembersAreOptional(t *testing.T) {
	c := watching(fleet())
	for _, show := range []bool{false, true, false} {
		c.ShowMembers(show)
		body, _ := get(t, c.Handler(options), "/metrics", asText, "")
		families, _, err := c.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{body, textOf(t, families)} {
			if !strings.Contains(text, `netver_device_members{device="lab-sw-1"`) || strings.Contains(text, memberInfo) != show {
				t.Errorf("members shown: want %v\n%s", show, text)
			}
		}
	}
}

// ours drops what the runtime adds, which no golden file can hold.
func ours(families []*dto.MetricFamily) []*dto.MetricFamily {
	var kept []*dto.MetricFamily
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "netver_") && f.GetName() != "netver_exporter_build_info" {
			kept = append(kept, f)
		}
	}
	return kept
}

func textOf(t *testing.T, families []*dto.MetricFamily) string {
	t.Helper()
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestExposition(t *testing.T) {
	families, done, err := sample().Gather()
	defer done()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("testdata", "exposition.prom"), textOf(t, ours(families)))
}

func TestLintersAreSilent(t *testing.T) {
	c := sample()
	g := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, _, err := c.Gather()
		return families, err
	})
	problems, err := testutil.GatherAndLint(g)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	// Gatherers holds the families of each part against one another: names, types, duplicate series.
	if _, err := (prometheus.Gatherers{g}).Gather(); err != nil {
		t.Error(err)
	}
}

func TestFamiliesAreSortedAndUnique(t *testing.T) {
	families, _, err := sample().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(families); i++ {
		if families[i-1].GetName() >= families[i].GetName() {
			t.Errorf("%s comes before %s", families[i-1].GetName(), families[i].GetName())
		}
	}
}

func TestOneDevice(t *testing.T) {
	families, err := sample().Device(fleet().Devices[1]).Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := textOf(t, families)
	if !strings.Contains(got, `netver_device_up{device="lab-sw-2"} 0`) || strings.Contains(got, `device="lab-sw-1"`) ||
		strings.Contains(got, "netver_workers") {
		t.Errorf("series of lab-sw-2 alone wanted:\n%s", got)
	}
}

func TestInvalidTextCostsNobodyItsMetrics(t *testing.T) {
	s := fleet()
	s.Devices[0].Facts.Version = "1.0\xff"
	s.Devices[0].Facts.Hostname = "a\nb\x00"
	c := watching(s)
	h := promhttp.HandlerForTransactional(c, promhttp.HandlerOpts{EnableOpenMetrics: true})
	for _, accept := range []string{"", "application/openmetrics-text; version=1.0.0"} {
		req := httptest.NewRequest("GET", "/metrics", nil)
		req.Header.Set("Accept", accept)
		rsp := httptest.NewRecorder()
		h.ServeHTTP(rsp, req)
		body := rsp.Body.String()
		if !strings.Contains(body, `version="1.0`+"\uFFFD") || !strings.Contains(body, `netver_device_up{device="lab-sw-2"} 0`) {
			t.Errorf("Accept %q: a device is missing", accept)
		}
	}
}

// An operator's label must not meet one of ours, nor one that a source gives a device for a setting.
func TestLabelsAreReserved(t *testing.T) {
	names := []string{"device", "credentials", "jump", "enabled"}
	for _, m := range metrics {
		for _, l := range m.labels {
			names = append(names, l.name)
		}
	}
	for _, f := range figures {
		names = append(names, f.labels...)
	}
	for _, name := range names {
		if !slices.Contains(inventory.ReservedLabels, name) {
			t.Errorf("label %s is missing from inventory.ReservedLabels", name)
		}
	}
}
