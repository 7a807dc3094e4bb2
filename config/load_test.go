package config

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

	asker "github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/transport"
)

func TestLoad(t *testing.T) {
	c, err := Load("testdata/full.good.yml", environment)
	if err != nil {
		t.Fatal(err)
	}
	wantSettings := poll.Settings{Timeout: 20 * time.Second, Concurrency: 128, LoginRate: 12.5, Spread: 1}
	if diff := cmp.Diff(wantSettings, c.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	wantSSH := transport.Config{ConnectTimeout: 4 * time.Second, HostKeys: transport.AcceptNew, KnownHosts: []string{"testdata/known_hosts"}}
	if diff := cmp.Diff(wantSSH, sshOf(t, "testdata/full.good.yml")); diff != "" {
		t.Errorf("client (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(asker.Keep{Groups: map[string]bool{"site1": true}, Max: 20, Idle: 5 * time.Minute}, c.Keep); diff != "" {
		t.Errorf("sessions to keep (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"automation", "netops"}, slices.Sorted(maps.Keys(c.Credentials))); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	netops := c.Credentials["netops"]
	if got := netops.Username + " " + netops.Password.Reveal() + " " + netops.Enable.Reveal(); got != "netops hunter2 enable me" {
		t.Errorf("credential netops is %q", got)
	}
	common := inventory.Device{Platform: "cisco_ios", Credential: "netops", Group: "site1", Mode: "exec",
		Labels: []inventory.Label{{Name: "rack", Value: "12"}, {Name: "site", Value: "site1"}}}
	at := func(name, address string) inventory.Device {
		d := common
		d.Name, d.Address = name, address
		return d
	}
	auto := at("lab-new-1", "192.0.2.4:22")
	auto.Platform = inventory.Auto
	want := []poll.Group{
		{Name: "site1", Interval: time.Minute, Concurrency: 16, Devices: []inventory.Device{
			at("192.0.2.1", "192.0.2.1:22"),
			at("lab-core-1.example", "lab-core-1.example:22"),
			auto,
			at("2001:db8::1", "[2001:db8::1]:22"),
			at("[2001:DB8::2]:2222", "[2001:db8::2]:2222"),
			at("lab-edge-1", "192.0.2.2:2022"),
			{Name: "lab-edge-2", Address: "192.0.2.3:22", Platform: "acme_os", Credential: "automation", Group: "site1", Mode: "shell",
				Legacy: true, Labels: []inventory.Label{{Name: "role", Value: "edge"}, {Name: "site", Value: "site1"}}},
		}},
		{Name: "site2", Interval: 10 * time.Minute, Devices: []inventory.Device{}},
	}
	if diff := cmp.Diff(want, c.Groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if c.Devices() != 7 {
		t.Errorf("%d devices, want 7", c.Devices())
	}
}

// sshOf returns what the file's client is made of, which the client does not tell.
func sshOf(t *testing.T, file string) transport.Config {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	l := &loader{path: file, env: environment}
	written, _ := l.decode(source)
	l.settings(&written.Poll)
	return l.ssh(&written)
}

func TestDefaults(t *testing.T) {
	c, err := Load("testdata/minimal.good.yml", environment)
	if err != nil {
		t.Fatal(err)
	}
	want := poll.Settings{Timeout: 30 * time.Second, Concurrency: 64, Spread: 0.8, KeepFacts: 24 * time.Hour}
	if diff := cmp.Diff(want, c.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	wantSSH := transport.Config{ConnectTimeout: 5 * time.Second, HostKeys: transport.Strict, KnownHosts: []string{"testdata/.ssh/known_hosts"}}
	if diff := cmp.Diff(wantSSH, sshOf(t, "testdata/minimal.good.yml")); diff != "" {
		t.Errorf("client (-want +got):\n%s", diff)
	}
	if c.Groups[0].Interval != 5*time.Minute {
		t.Errorf("interval %s, want 5m", c.Groups[0].Interval)
	}
}

func TestMergeKeys(t *testing.T) {
	c, err := Load("testdata/anchors.good.yml", environment)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Credentials["spare"].Username, c.Credentials["spare"].Password.Reveal(), c.Groups[1].Name, c.Groups[1].Devices)
	want := "netopstwosite2[{b 192.0.2.2:22 cisco_ios  netops site2  false [{site site1}]}]"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
}

func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ path, want string }{
		{dir, "is a directory, want a file"},
		{filepath.Join(dir, "none.yml"), "no such file"},
		{"config_test.go/x.yml", "not a directory"},
	} {
		_, err := Load(test.path, environment)
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
			[]string{"config.yml:1: ssh.known_hosts[0]: none does not exist, so the devices that it should know will be refused; fill it with ssh-keyscan, or use host_keys: accept-new"}},
		{"accept-new starts without", "ssh: {known_hosts: [none], host_keys: accept-new}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"), nil},
		{"short interval", "ssh: {host_keys: accept-new}\n" + credentials + fmt.Sprintf(group, "interval: 30s, devices: [192.0.2.1]"),
			[]string{"config.yml:3: groups[0]: poll.timeout, 30s, is not shorter than the interval, 30s: a device that hangs misses polls"}},
		{"same address", "ssh: {host_keys: accept-new}\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1, {name: b, address: 192.0.2.1}]"),
			[]string{"config.yml:3: groups[0].devices[1]: 1 devices have the address of an earlier one, and are logged in to beside it"}},
		{"no match", "ssh: {host_keys: accept-new}\nplatform_files: [none/*.yml]\n" + credentials + fmt.Sprintf(group, "devices: [192.0.2.1]"),
			[]string{"config.yml:2: platform_files[0]: no file matches none/*.yml"}},
		{"sessions that never serve", "ssh: {host_keys: accept-new, keep_alive: {idle: 1m, max: 1}}\n" + credentials +
			fmt.Sprintf(group, "session: persistent, interval: 1m, devices: [192.0.2.1, 192.0.2.2]"), []string{
			"config.yml:3: groups[0].session: ssh.keep_alive.idle, 1m0s, is not longer than the interval, 1m0s: sessions are closed before they serve again",
			"config.yml:3: groups[0].session: 2 devices want a persistent session, and ssh.keep_alive.max is 1: the others log in at each poll",
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
			c, err := Load("config.yml", environment)
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
	c, err := Load("config.yml", environment)
	if err != nil {
		t.Fatal(err)
	}
	want := "config.yml:1: platform_files[0]: own.yml replaces the platform cisco_ios (built-in)"
	if !slices.Contains(c.Warnings, want) {
		t.Errorf("warnings %q, want %q among them", c.Warnings, want)
	}
	known, err := Platforms("config.yml", environment)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := known.Get("cisco_ios"); !ok || p.Origin != "own.yml" {
		t.Errorf("Platforms does not know the replacement: %v", ok)
	}
	if _, err := Platforms("none.yml", environment); err != nil {
		t.Errorf("Platforms without a file: %v", err)
	}
}

func save(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
