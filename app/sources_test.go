package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
)

// sourced is a running exporter that reads sources and polls nothing.
type sourced struct {
	*exporter
	log  *lab.Output
	stop func()
}

// readSources starts an exporter of the group's settings, which stand below the group, and reads its sources until the test ends or stop.
func readSources(t *testing.T, dir, group string) *sourced {
	t.Helper()
	writeConfig(t, dir, group)
	s := &sourced{log: &lab.Output{}}
	x, err := start(t.Context(), Options{ConfigFile: filepath.Join(dir, "config.yml"), StateFile: filepath.Join(dir, "state")}, slog.New(slog.NewTextHandler(s.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	s.exporter = x
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		x.readSources(ctx)
	}()
	s.stop = func() { cancel(); <-done }
	t.Cleanup(s.stop)
	return s
}

func writeConfig(t *testing.T, dir, group string) {
	t.Helper()
	save(t, filepath.Join(dir, "config.yml"), `ssh: {host_keys: insecure}
credentials: {netops: {username: netops, password: hunter2}}
groups:
  - {name: g, platform: cisco_ios, credentials: netops, `+group+`}
`)
}

// devices is what is polled: names, addresses and platforms.
func (s *sourced) devices() string {
	var words []string
	for _, d := range s.Snapshot().Devices {
		words = append(words, d.Device.Name+"="+d.Device.Address+"/"+d.Device.Platform)
	}
	return strings.Join(words, " ")
}

func (s *sourced) await(t *testing.T, want string) {
	t.Helper()
	await(t, func() bool { return s.devices() == want })
}

// A file that is replaced counts at once; what stays keeps what is known of it.
func TestFilesAreWatched(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "lists", "a.yml")
	if err := os.Mkdir(filepath.Dir(list), 0o700); err != nil {
		t.Fatal(err)
	}
	save(t, list, "- {targets: [a, b, c]}\n")
	s := readSources(t, dir, "file_sd: ['lists/*.yml'], devices: [s]")
	s.await(t, "a=a:22/cisco_ios b=b:22/cisco_ios c=c:22/cisco_ios s=s:22/cisco_ios")
	kept := s.Snapshot().Devices[0]

	save(t, list+".new", "- {targets: [a, b]}\n- {targets: [d], labels: {platform: cisco_nxos, device: e}}\n- {targets: [f], labels: {platform: nonsense}}\n")
	if err := os.Rename(list+".new", list); err != nil {
		t.Fatal(err)
	}
	s.await(t, "a=a:22/cisco_ios b=b:22/cisco_ios e=d:22/cisco_nxos s=s:22/cisco_ios")
	if s.Snapshot().Devices[0] != kept {
		t.Error("the status of a device that stays is a new one")
	}
	await(t, func() bool {
		return strings.Contains(s.log.String(), list+`:3: f: platform: unknown platform \"nonsense\"`)
	})

	save(t, list, "- {targets: [a")
	await(t, func() bool { return s.Snapshot().Sources[0].Failures > 0 })
	s.await(t, "a=a:22/cisco_ios b=b:22/cisco_ios e=d:22/cisco_nxos s=s:22/cisco_ios")
	if status := s.Snapshot().Sources[0]; status.Group != "g" || status.Source != "file_sd:lists/*.yml" || status.Devices != 4 {
		t.Errorf("status %+v", status)
	}
}

// The start does not wait for a source that is down; its last list is known after a restart, and counts until there is another.
func TestSourceDownAtStart(t *testing.T) {
	dir := t.TempDir()
	var down atomic.Bool
	asked := make(chan struct{}, 100)
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		if down.Load() {
			<-release
			http.Error(w, "", http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `[{"targets": ["a", "b"]}]`)
	}))
	defer server.Close()
	group := "http_sd: [{url: '" + server.URL + "'}], devices: [s]"
	s := readSources(t, dir, group)
	s.await(t, "a=a:22/cisco_ios b=b:22/cisco_ios s=s:22/cisco_ios")
	await(t, s.ready)
	await(t, func() bool { _, err := os.Stat(filepath.Join(dir, "state.sources")); return err == nil })
	s.stop()

	down.Store(true)
	<-asked
	s = readSources(t, dir, group)
	if got := s.devices(); got != "a=a:22/cisco_ios b=b:22/cisco_ios s=s:22/cisco_ios" {
		t.Errorf("after a restart: %s", got)
	}
	<-asked
	if s.ready() {
		t.Error("ready before the source has answered")
	}
	close(release)
	await(t, s.ready)
	await(t, func() bool { return strings.Contains(s.log.String(), "it answers 502 Bad Gateway") })
	s.stop()

	if err := os.Remove(filepath.Join(dir, "state.sources")); err != nil {
		t.Fatal(err)
	}
	s = readSources(t, dir, group)
	await(t, s.ready)
	s.await(t, "s=s:22/cisco_ios")
}

// A reload keeps the lists of the sources that stay, completes their devices anew, and takes in those of others.
func TestReloadOfSources(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "a.json"), `[{"targets": ["a"]}]`)
	save(t, filepath.Join(dir, "b.json"), `[{"targets": ["b"]}]`)
	s := readSources(t, dir, "file_sd: [a.json]")
	s.await(t, "a=a:22/cisco_ios")
	if err := os.Remove(filepath.Join(dir, "a.json")); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return s.Snapshot().Sources[0].Failures > 0 })
	writeConfig(t, dir, "file_sd: [a.json, b.json], labels: {site: x}")
	if err := s.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.await(t, "a=a:22/cisco_ios b=b:22/cisco_ios")
	for _, d := range s.Snapshot().Devices {
		if len(d.Device.Labels) != 1 {
			t.Errorf("%s has labels %v", d.Device.Name, d.Device.Labels)
		}
	}
	writeConfig(t, dir, "file_sd: [b.json]")
	if err := s.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.await(t, "b=b:22/cisco_ios")
}

// gathered is the plan of the configuration in a folder, its sources read, with the warnings of these alone.
func gathered(t *testing.T, dir string) *Plan {
	t.Helper()
	p, err := Load(filepath.Join(dir, "config.yml"), Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	p.Warnings = nil
	if err := p.Gather(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// The same device from two sources is one if the address is the same; else the first stays, and both places are named.
func TestSameDeviceTwice(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "a.json"), `[{"targets": ["a"], "labels": {"device": "x", "enabled": "false"}}, {"targets": ["s"]}, {"targets": ["c"], "labels": {"device": "y"}}]`)
	save(t, filepath.Join(dir, "b.json"), `[{"targets": ["a:22"], "labels": {"device": "x"}}, {"targets": ["d"], "labels": {"device": "y"}}, {"targets": ["q"], "labels": {"device": "s"}}]`)
	writeConfig(t, dir, "file_sd: [a.json, b.json], devices: [s]")
	p := gathered(t, dir)
	p.Warnings = slices.DeleteFunc(p.Warnings, func(w string) bool { return strings.Contains(w, "host_keys") })
	var got []string
	for _, m := range p.Inventory.Members() {
		got = append(got, fmt.Sprintf("%s %s %s %v", m.Name, m.Address, m.Source, m.Disabled))
	}
	want := []string{"s s:22 config false", "x a:22 file_sd:a.json true", "y c:22 file_sd:a.json false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	warnings := []string{
		dir + `/b.json:1: the device "y" is at d:22 here and at c:22 in ` + dir + "/a.json:1, which stays",
		dir + `/b.json:1: the device "s" is at q:22 here and at s:22 in the configuration, which stays`,
	}
	if diff := cmp.Diff(warnings, p.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// NetBox makes slugs of names, in which a hyphen stands for what others write as an underscore.
func TestSlugs(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "a.json"), `[{"targets": ["a"], "labels": {"__meta_netbox_primary_ip": "192.0.2.1", "__meta_netbox_platform_slug": "cisco-nxos"}},
{"targets": ["b"], "labels": {"platform": "cisco-ios-telnet"}}, {"targets": ["c"], "labels": {"platform": "no-such"}}]`)
	writeConfig(t, dir, "file_sd: [a.json]")
	p := gathered(t, dir)
	if d := p.Groups[0].Devices; len(d) != 1 || d[0].Platform != "cisco_nxos" || d[0].Address != "192.0.2.1:22" {
		t.Errorf("devices %+v", d)
	}
	if len(p.Warnings) != 2 || !strings.Contains(p.Warnings[0], "reached by telnet") || !strings.Contains(p.Warnings[1], `unknown platform "no-such"`) {
		t.Errorf("warnings %q", p.Warnings)
	}
}

// Gather names every source that cannot be read, and has the devices of the others.
func TestGatherFails(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "b.json"), `[{"targets": ["b"]}]`)
	writeConfig(t, dir, "file_sd: [a.json, b.json], csv: [a.csv]")
	p, err := Load(filepath.Join(dir, "config.yml"), Wiring{})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Gather(t.Context())
	want := fmt.Sprintf("group \"g\": source file_sd:a.json: %[1]s/a.json: no such file\ngroup \"g\": source csv:a.csv: %[1]s/a.csv: no such file", dir)
	if err == nil || err.Error() != want {
		t.Errorf("%v; want %s", err, want)
	}
	if p.Devices() != 1 {
		t.Errorf("%d devices, want those of the source that can be read", p.Devices())
	}
}

// TestSourceLog wants each reason for which a source fails in the log once, and not the same again because a number in it has changed.
func TestSourceLog(t *testing.T) {
	var log lab.Output
	s := newSourceLog(slog.New(slog.NewTextHandler(&log, nil)))
	feed := inventory.NewFeed(inventory.Config{Group: "site1", Name: "http_sd:sd.example"})
	for _, err := range []error{
		errors.New("read tcp 192.0.2.1:40001: i/o timeout"),
		errors.New("read tcp 192.0.2.1:50002: i/o timeout"),
		errors.New("the old list stays for 23h59m57s (keep)"),
		errors.New("the old list stays for 23h58m0s (keep)"),
		nil,
	} {
		s.told(inventory.Loaded{Feed: feed, Err: err})
	}
	var said []string
	for line := range strings.Lines(log.String()) {
		said = append(said, regexp.MustCompile(`msg="([^"]*)"`).FindStringSubmatch(line)[1])
	}
	want := []string{"inventory source failed, its last list stays", "inventory source still fails, for another reason", "inventory source is back"}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}
