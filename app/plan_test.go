package app

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

func TestLoad(t *testing.T) {
	p, err := load("testdata/full.good.yml")
	if err != nil {
		t.Fatal(err)
	}
	wantSettings := poll.Settings{Timeout: 20 * time.Second, Concurrency: 128, LoginRate: 12.5, Spread: 1}
	if diff := cmp.Diff(wantSettings, p.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	wantSSH := config.SSH{LegacyAlgorithms: true, HostKeys: config.AcceptNew, KnownHosts: []string{"testdata/known_hosts"}, Sessions: config.Sessions{Idle: 5 * time.Minute, Max: 20}}
	if diff := cmp.Diff(wantSSH, p.Config.SSH); diff != "" {
		t.Errorf("ssh (-want +got):\n%s", diff)
	}
	if p.Config.Poll.ConnectTimeout != 4*time.Second || p.Config.Groups[0].Session != config.Persistent {
		t.Errorf("connect timeout %s, session %s", p.Config.Poll.ConnectTimeout, p.Config.Groups[0].Session)
	}
	if diff := cmp.Diff([]string{"automation", "netops"}, slices.Sorted(maps.Keys(p.Config.Credentials))); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	netops := p.Config.Credentials["netops"]
	if got := netops.Username + " " + netops.Password.Reveal() + " " + netops.Enable.Reveal(); got != "netops hunter2 enable me" {
		t.Errorf("credential netops is %q", got)
	}
	common := inventory.Device{Platform: "cisco_ios", Credential: "netops", Group: "site1", Mode: "exec", HostKeys: "accept-new",
		Labels: []inventory.Label{{Name: "rack", Value: "12"}, {Name: "site", Value: "site1"}}}
	at := func(name, address string) inventory.Device {
		d := common
		d.Name, d.Address = name, address
		return d
	}
	auto := at("lab-new-1", "192.0.2.4:22")
	auto.Platform = inventory.Auto
	want := []poll.Group{
		{Name: "site1", Interval: time.Minute, Timeout: 20 * time.Second, Concurrency: 16, Devices: []inventory.Device{
			at("192.0.2.1", "192.0.2.1:22"),
			at("lab-core-1.example", "lab-core-1.example:22"),
			auto,
			at("2001:db8::1", "[2001:db8::1]:22"),
			at("[2001:DB8::2]:2222", "[2001:db8::2]:2222"),
			at("lab-edge-1", "192.0.2.2:2022"),
			{Name: "lab-edge-2", Address: "192.0.2.3:22", Platform: "acme_os", Credential: "automation", Group: "site1", Mode: "shell",
				HostKeys: "accept-new", Legacy: true, Labels: []inventory.Label{{Name: "role", Value: "edge"}, {Name: "site", Value: "site1"}}},
		}},
		{Name: "site2", Interval: 10 * time.Minute, Timeout: 20 * time.Second, Devices: []inventory.Device{}},
	}
	if diff := cmp.Diff(want, p.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if p.Devices() != 7 {
		t.Errorf("%d devices, want 7", p.Devices())
	}
}

func TestDefaults(t *testing.T) {
	c, err := load("testdata/minimal.good.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := poll.Settings{Timeout: 30 * time.Second, Concurrency: 64, Spread: 0.8, KeepFacts: 24 * time.Hour}
	if diff := cmp.Diff(want, c.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	wantSSH := config.SSH{HostKeys: config.Strict, KnownHosts: []string{"/nonexistent/.ssh/known_hosts"}, Sessions: config.Sessions{Idle: 10 * time.Minute, Max: 1000}}
	if diff := cmp.Diff(wantSSH, c.Config.SSH); diff != "" {
		t.Errorf("ssh (-want +got):\n%s", diff)
	}
	if c.Groups[0].Interval != 5*time.Minute {
		t.Errorf("interval %s, want 5m", c.Groups[0].Interval)
	}
}

func TestMergeKeys(t *testing.T) {
	c, err := load("testdata/anchors.good.yml")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Config.Credentials["spare"].Username, c.Config.Credentials["spare"].Password.Reveal(), c.Groups[1].Name, c.Groups[1].Devices)
	want := "netopstwosite2[{b 192.0.2.2:22 cisco_ios  netops site2  strict  false false [{site site1}]}]"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
}

func TestValues(t *testing.T) {
	p, err := load("testdata/values.good.yml")
	if err != nil {
		t.Fatal(err)
	}
	wantPoll := config.Poll{Interval: 36 * time.Hour, Timeout: 90 * time.Second, ConnectTimeout: 30 * time.Second, Concurrency: 64, Spread: 0.8, KeepFacts: 168 * time.Hour}
	if diff := cmp.Diff(wantPoll, p.Config.Poll); diff != "" {
		t.Errorf("poll (-want +got):\n%s", diff)
	}
	middle, last := p.Config.Credentials["middle"], p.Config.Credentials["last"]
	got := fmt.Sprint(middle.Username, " ", middle.Password.Reveal(), " ", middle.LoginRate, " ", middle.BareEnable, " ",
		middle.Answers[0].Ask, " ", middle.Answers[0].Text.Reveal(), " ", len(last.Answers), " ", last.BareEnable, " ", last.Password.Reveal())
	if want := "1e3 0123 0.5 true (?i)token hunter2 0 true 0123"; got != want {
		t.Errorf("credentials %s, want %s", got, want)
	}
	if got := p.Groups[0].Timeout; got != 45*time.Second {
		t.Errorf("timeout of the group %s", got)
	}
	for _, c := range p.Credentials {
		if want := map[string]float64{"middle": 0.5, "last": 0.5}[c.Name]; c.Rate != want {
			t.Errorf("login rate of %s: %v, want %v", c.Name, c.Rate, want)
		}
	}
	labels := []inventory.Label{{Name: "rack", Value: "0.90"}, {Name: "role", Value: "yes"}, {Name: "since", Value: "2024-01-05"}, {Name: "site", Value: "064"}}
	common := inventory.Device{Platform: "cisco_ios", Credential: "last", Group: "6.5", HostKeys: config.AcceptNew, Legacy: true}
	device := func(name, address string, disabled bool, labels []inventory.Label) inventory.Device {
		d := common
		d.Name, d.Address, d.Disabled, d.Labels = name, address, disabled, labels
		return d
	}
	want := []inventory.Device{
		device("192.0.2.1", "192.0.2.1:22", false, labels),
		device("192.0.2.1:2222", "192.0.2.1:2222", false, labels[1:]),
		device("spare", "[2001:db8::1]:830", true, labels),
	}
	if diff := cmp.Diff(want, p.Groups[0].Devices); diff != "" {
		t.Errorf("devices (-want +got):\n%s", diff)
	}
}

func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ path, want string }{
		{dir, "is a directory, want a file"},
		{filepath.Join(dir, "none.yml"), "no such file; --config.file names another one, and netver_exporter lab needs none"},
		{"load_test.go/x.yml", "not a directory"},
	} {
		_, err := load(test.path)
		if want := test.path + ": " + test.want; err == nil || err.Error() != want {
			t.Errorf("Load: error %v, want %s", err, want)
		}
	}
}

func TestWarnings(t *testing.T) {
	const credentials = "credentials: {netops: {username: netops, password: x}}\n"
	const group = "groups: [{name: a, platform: cisco_ios, credentials: netops, %s}]\n"
	const fleet = "devices: [192.0.2.1, %s]"
	many := make([]string, 999)
	for i := range many {
		many[i] = fmt.Sprintf("198.51.100.%d:%d", i%250, 1000+i)
	}
	tests := []struct {
		name, text string
		want       []string
	}{
		{"no devices", "ssh: {host_keys: accept-new}\n", []string{"config.yml:1: groups: there are no devices, so there is nothing to poll"}},
		{"insecure", "ssh: {host_keys: insecure}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"),
			[]string{"config.yml:1: ssh.host_keys: insecure: whoever answers at a device's address gets its password; use accept-new or strict"}},
		{"no known_hosts", "ssh: {known_hosts: [none]}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"),
			[]string{"config.yml:1: ssh.known_hosts[0]: none does not exist, so the devices that it should know will be refused; fill it with netver_exporter hostkey scan, or use host_keys: accept-new"}},
		{"bad lines of known_hosts", "ssh: {known_hosts: [bad_known_hosts]}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"),
			[]string{"bad_known_hosts:2: want host names, key type and key; the line is skipped"}},
		{"accept-new starts without", "ssh: {known_hosts: [none], host_keys: accept-new}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"), nil},
		{"short interval", "ssh: {host_keys: accept-new}\n" + credentials + fmt.Sprintf(group, "interval: 30s, devices: [192.0.2.1]"),
			[]string{"config.yml:3: groups[0]: poll.timeout, 30s, is not shorter than the interval, 30s: a device that hangs misses polls"}},
		{"same address", "ssh: {host_keys: accept-new}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1, {name: b, address: 192.0.2.1}]"),
			[]string{"config.yml:3: groups[0].devices[1]: 1 device at the address of an earlier one: sessions with both may be open at once"}},
		{"no match", "ssh: {host_keys: accept-new}\nplatform_files: [none/*.yml]\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"),
			[]string{"config.yml:2: platform_files[0]: no file matches none/*.yml"}},
		{"sessions that never serve", "ssh: {host_keys: accept-new, sessions: {idle: 1m, max: 1}}\n" + credentials +
			fmt.Sprintf(group, "session: persistent, interval: 1m, devices: [192.0.2.1, 192.0.2.2]"), []string{
			"config.yml:3: groups[0].session: ssh.sessions.idle, 1m0s, is not longer than the interval, 1m0s: sessions are closed before they serve again",
			"config.yml:3: groups[0].session: 2 devices want a persistent session, and ssh.sessions.max is 1: the others log in at each poll",
		}},
		{"does not fit", "ssh: {host_keys: accept-new}\npoll: {concurrency: 10, login_rate: 5}\n" + credentials +
			fmt.Sprintf(group, "interval: 1m, concurrency: 2, "+fmt.Sprintf(fleet, strings.Join(many, ", "))), []string{
			"config.yml:2: poll.concurrency: 1000 devices × 2s a poll keep 33 workers busy, more than the 10 there are; raise concurrency or the interval",
			"config.yml:2: poll.login_rate: the fleet needs 16.7 logins a second, more than the 5 allowed; raise login_rate or the interval",
			"config.yml:4: groups[0]: 1000 devices × 2s a poll ÷ 2 at once = 16m40s, more than the interval of 1m0s; raise the group's concurrency or its interval",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			save(t, "config.yml", test.text)
			save(t, "bad_known_hosts", "\n192.0.2.1 ssh-ed25519\n")
			c, err := load("config.yml")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, c.Warnings); len(test.want)+len(c.Warnings) > 0 && diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReplacedPlatform(t *testing.T) {
	text, err := os.ReadFile("testdata/platforms/acme_os.yml")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	save(t, "own.yml", strings.Replace(string(text), "acme_os", "cisco_ios", 1))
	save(t, "config.yml", "platform_files: [own.yml, '*wn.yml']\n")
	c, err := load("config.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := "config.yml:1: platform_files[0]: own.yml replaces the platform cisco_ios (built-in)"
	if !slices.Contains(c.Warnings, want) {
		t.Errorf("warnings %q, want %q among them", c.Warnings, want)
	}
	known, problems, err := Platforms("config.yml", false)
	if err != nil || problems != nil {
		t.Fatal(err, problems)
	}
	if p, ok := known.Get("cisco_ios"); !ok || p.Origin != "own.yml" {
		t.Errorf("Platforms does not know the replacement: %v", ok)
	}
	for _, mustExist := range []bool{false, true} {
		known, problems, err := Platforms("none.yml", mustExist)
		if err != nil || len(known.All()) == 0 || (problems != nil) != mustExist {
			t.Errorf("Platforms without a file, which must exist: %v: problems %v, error %v", mustExist, problems, err)
		}
	}
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
