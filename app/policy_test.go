package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/version"
)

// policyFrom builds the policy of a configuration that has two devices, from files in a folder of its own.
func policyFrom(t testing.TB, versions string, files map[string]string) (p *Policy, warnings []string, folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Join(folder, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := versions + `
ssh: {host_keys: insecure}
credentials: {netops: {username: netops, password: x}}
groups:
  - name: dc
    credentials: netops
    labels: {site: ams1}
    devices:
      - {name: nexus-1, address: 192.0.2.1, platform: cisco_nxos}
      - {name: edge-1, address: 192.0.2.2, platform: vyos}
      - {name: host-1, address: 192.0.2.3, platform: linux}
`
	c, err := config.Parse(filepath.Join(folder, "config.yml"), []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	known, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := build(c, known, Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range plan.Warnings {
		w = strings.ReplaceAll(w, folder+"/", "")
		if !strings.Contains(w, "insecure") {
			warnings = append(warnings, w)
		}
	}
	return plan.Policy, warnings, folder
}

func TestPolicyWarnings(t *testing.T) {
	_, warnings, _ := policyFrom(t, `versions:
  - {match: {sitte: ams1}, want: "1"}
  - {match: {site: "fra*"}, want: "1"}
  - {match: {device: "nexus-*", group: dcc}, want: "1"}
  - {match: {vendor: Cisko, model: "*"}, want: "1"}
  - {match: {platform: nxos, vendor: Cisco, site: "ams?"}, want: "10.2(5)"}
  - {name: all, want: ["1.4", ">= 10.2(5)"]}
  - {name: texts, want: ["1.4", "1.3.*"]}
advisories: [a.yml]`, map[string]string{"a.yml": "- {match: {device: nexus-9}, version: 1.2.3}\n"})
	want := []string{
		`config.yml:2: versions[0].match.sitte: no device has a label "sitte" (did you mean site?)`,
		`config.yml:3: versions[1].match.site: no device has the label site="fra*" (known here: ams1)`,
		`config.yml:4: versions[2].match.group: no group has the name "dcc" (did you mean dc?)`,
		`config.yml:5: versions[3].match.vendor: no platform has the vendor "Cisko" (did you mean Cisco?)`,
		`config.yml:7: versions[5]: 1 device of platform linux will be undecided: the platform's versions have no order, so that "10.2(5)" cannot be compared`,
		`config.yml:7: versions[5]: 1 device of platform vyos will be undecided: "10.2(5)" does not have the form of the platform's versions, such as 1.5-rolling-202402120023`,
		`a.yml:1: [0].match.device: no device has the name "nexus-9" (did you mean nexus-1?)`,
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

const (
	fixedIn5 = "- {match: {platform: nxos}, fixed: ['10.2(5)'], note: CVE-1, severity: CRITICAL}\n"
	fixedIn6 = "- {match: {platform: nxos}, fixed: ['10.2(6)'], note: CVE-1, severity: critical}\n"
)

// TestPolicyFollowsFilesAndDates changes files of a policy while it is followed, and lets a date pass.
func TestPolicyFollowsFilesAndDates(t *testing.T) {
	// Its dates are those of a bubble, which begins at midnight.
	p, _, folder := policyFrom(t, `versions:
  - {name: wave, match: {platform: nxos}, want: ">= 10.3(1)", from: 2000-01-02}
advisories: ["*.adv.yml"]
lifecycle: [nxos.json]`, map[string]string{
		"a.adv.yml": fixedIn5, "nxos.json": `{"platform": "nxos", "releases": [{"name": "10.2", "isEol": true}]}`,
	})
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		var judged atomic.Int64
		f := &follower{swapped: make(chan struct{}, 1), rejudge: func() { judged.Add(1) }, log: slog.New(slog.NewTextHandler(&log, nil))}
		f.follow(p)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); f.run(ctx) }()
		verdict := func() *version.Verdict {
			return p.Judge(version.Device{Platform: "cisco_nxos", Version: "10.2(5)"}, time.Now())
		}
		step := func(d time.Duration, name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			judged.Store(0)
			time.Sleep(d)
			synctest.Wait()
		}
		denied := []version.Denial{{Note: "CVE-1", Severity: "critical"}}

		step(5*time.Minute+time.Second, "other", "")
		if v := verdict(); judged.Load() != 0 || v.Denied != nil || v.Planned != "wave" || v.EOL == nil {
			t.Errorf("nothing changed: judged %d times, verdict %+v", judged.Load(), v)
		}
		step(time.Minute, "a.adv.yml", fixedIn6)
		if v := verdict(); judged.Load() != 1 || !cmp.Equal(v.Denied, denied) {
			t.Errorf("an advisory changed: judged %d times, verdict %+v", judged.Load(), v)
		}
		step(time.Hour, "a.adv.yml", "- {fixed: '10.2(7)', nota: CVE-1}\n")
		if v := verdict(); !cmp.Equal(v.Denied, denied) {
			t.Errorf("a broken file does not keep what it said before: verdict %+v", v)
		}
		step(time.Minute, "b.adv.yml", "- {version: '10.2(5)', note: FN-2}\n")
		if v := verdict(); judged.Load() != 1 || len(v.Denied) != 2 {
			t.Errorf("another file beside the broken one: judged %d times, verdict %+v", judged.Load(), v)
		}
		step(time.Minute, "nxos.json", `{"platform": "nxos"}`)
		if v := verdict(); v.EOL == nil {
			t.Errorf("a lifecycle file without releases: verdict %+v", v)
		}
		if n := strings.Count(log.String(), "nota: unknown key"); n != 1 {
			t.Errorf("the broken file is told %d times, want once:\n%s", n, log.String())
		}

		time.Sleep(time.Until(time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC)) - time.Millisecond)
		synctest.Wait()
		judged.Store(0)
		if v := verdict(); v.Rule != "" {
			t.Errorf("the evening before: verdict %+v", v)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		if v := verdict(); judged.Load() != 1 || v.Rule != "wave" || v.Compliant != version.No {
			t.Errorf("the day has come: judged %d times, verdict %+v", judged.Load(), v)
		}
		stop()
		<-done
	})
}

// TestFollowerSwaps goes by the dates of another policy at once.
func TestFollowerSwaps(t *testing.T) {
	empty, _, _ := policyFrom(t, "", nil)
	soon, _, _ := policyFrom(t, "versions: [{want: 1, from: 2000-01-02}]", nil)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24*time.Hour - 30*time.Second)
		var judged atomic.Int64
		f := &follower{swapped: make(chan struct{}, 1), rejudge: func() { judged.Add(1) }, log: slog.New(slog.DiscardHandler)}
		f.follow(empty)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); f.run(ctx) }()
		time.Sleep(time.Second)
		f.follow(soon)
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if judged.Load() != 1 {
			t.Errorf("judged %d times, want once, when the rule begins to judge", judged.Load())
		}
		stop()
		<-done
	})
}

// TestPolicyDocumentation loads the files that docs/version-policy.md shows, and holds what it says of fixes.
func TestPolicyDocumentation(t *testing.T) {
	text, err := os.ReadFile("../docs/version-policy.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]string{}
	for _, b := range regexp.MustCompile("(?s)```(?:yaml|json)\n(?:# (\\S+)\n)?(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks[b[1]] = b[2]
	}
	p, warnings, _ := policyFrom(t, blocks["config.yml"], map[string]string{
		"advisories/junos.yml": blocks["advisories/junos.yml"], "lifecycle/nxos.json": blocks[""],
	})
	if len(warnings) != 1 || !strings.Contains(warnings[0], `no device has a label "role"`) { // the inventory of the test has none
		t.Errorf("warnings %q", warnings)
	}
	old := p.Judge(version.Device{Platform: "cisco_nxos", Version: "9.3(7)"}, time.Now())
	if old.Rule != "nexus" || old.Compliant != version.No || old.EOL == nil || old.EOL.Release != "9.3" {
		t.Errorf("verdict %+v", old)
	}
	if v := p.Judge(version.Device{Platform: "juniper_junos", Version: "21.4R3-S3.4"}, time.Now()); len(v.Denied) != 1 {
		t.Errorf("verdict %+v, want it denied", v)
	}
	nexus, _ := p.compiler.known.Get("cisco_nxos")
	fixes := version.Deny{Fixed: []string{"10.2(7)", "10.3(5)"}}
	for _, v := range []string{"10.2(6)", "10.3(4)", "9.3(9)", "10.2(8)", "10.3(5)", "10.4(1)"} {
		denied := fixes.Denies(nexus.Order, v)
		if want := map[string]version.Answer{"10.2(6)": version.Yes, "10.3(4)": version.Yes, "9.3(9)": version.Yes}[v]; denied != max(want, version.No) {
			t.Errorf("%s denied: %s", v, denied)
		}
	}
}

// TestPolicyWarningsOfSources warns of labels once the sources that give them have been read.
func TestPolicyWarningsOfSources(t *testing.T) {
	folder := t.TempDir()
	devices := `[{"targets": ["192.0.2.1"], "labels": {"device": "nexus-1", "platform": "cisco_nxos", "site": "ams1"}}]`
	if err := os.WriteFile(filepath.Join(folder, "devices.json"), []byte(devices), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse(filepath.Join(folder, "config.yml"), []byte(`versions: [{match: {site: ams1}, want: "1"}, {match: {sitte: ams1}, want: "1"}]
ssh: {host_keys: insecure}
credentials: {netops: {username: netops, password: x}}
groups: [{name: dc, credentials: netops, file_sd: [devices.json]}]
`), environment)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Build(c, Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	const unknown = `no device has a label "sitte"`
	if text := strings.Join(plan.Warnings, "\n"); strings.Contains(text, unknown) {
		t.Errorf("before the sources are read:\n%s", text)
	}
	if err := plan.Gather(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(plan.Warnings, "\n"); strings.Count(text, "no device has") != 1 || !strings.Contains(text, unknown) {
		t.Errorf("once the sources are read, want %s:\n%s", unknown, text)
	}
}
