//go:build faults

package faults

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
)

// What devices are made of.
var (
	builtIns = sync.OnceValues(parser.BuiltIns)
	samples  = sync.OnceValues(parser.Samples)
)

// newDevice makes a device of a platform's first sample. Its uptime grows, and the prompt and the answers have its name.
func newDevice(t *testing.T, name, platform string) *lab.Device {
	t.Helper()
	platforms, err := builtIns()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := platforms.Get(platform)
	if !ok {
		t.Fatalf("no platform %q", platform)
	}
	all, err := samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Platform == platform {
			return &lab.Device{Name: name, Hostname: name, Platform: p, Sample: s, Aging: true, Login: lab.Login{Password: ourPassword}}
		}
	}
	t.Fatalf("no sample of platform %q", platform)
	return nil
}

// newDevices makes n devices of the platforms in turn.
func newDevices(t *testing.T, prefix string, n int, platforms ...string) []*lab.Device {
	t.Helper()
	var devices []*lab.Device
	for i := range n {
		devices = append(devices, newDevice(t, fmt.Sprintf("lab-%s-%04d", prefix, i), platforms[i%len(platforms)]))
	}
	return devices
}

// setFault gives the devices a fault; "" heals them.
func setFault(t *testing.T, f lab.Fault, devices ...*lab.Device) {
	t.Helper()
	for _, d := range devices {
		if err := d.SetFault(f); err != nil {
			t.Fatal(err)
		}
	}
}

// twoModes is a platform that is asked by exec, and one that is asked in a shell.
var twoModes = []string{"arista_eos", "cisco_ios"}

// startFleet makes the devices reachable until the test ends.
func startFleet(t *testing.T, devices ...*lab.Device) *lab.Fleet {
	t.Helper()
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	return fleet
}

// config is a configuration file in the making.
type config struct {
	Poll        pollSection               `yaml:"poll"`
	SSH         map[string]any            `yaml:"ssh"`
	JumpHosts   map[string]jumpHost       `yaml:"jump_hosts,omitempty"`
	Credentials map[string]map[string]any `yaml:"credentials"`
	Groups      []group                   `yaml:"groups"`

	path string
}

type pollSection struct {
	Interval       time.Duration `yaml:"interval"`
	Timeout        time.Duration `yaml:"timeout"`
	ConnectTimeout time.Duration `yaml:"connect_timeout"`
	Concurrency    int           `yaml:"concurrency"`
	Spread         float64       `yaml:"spread,omitempty"`
}

type group struct {
	Name        string   `yaml:"name"`
	Credentials string   `yaml:"credentials"`
	Session     string   `yaml:"session,omitempty"`
	Jump        string   `yaml:"jump,omitempty"`
	Devices     []member `yaml:"devices"`
}

type member struct {
	Name        string `yaml:"name"`
	Address     string `yaml:"address"`
	Platform    string `yaml:"platform"`
	Mode        string `yaml:"mode,omitempty"`
	Credentials string `yaml:"credentials,omitempty"`
}

// emptyConfig is a configuration without groups and credentials. It is not written yet.
func emptyConfig(t *testing.T, poll pollSection) *config {
	t.Helper()
	dir := t.TempDir()
	hosts := filepath.Join(dir, "known_hosts")
	writeFile(t, hosts, "")
	return &config{
		Poll:        poll,
		SSH:         map[string]any{"known_hosts": []string{hosts}},
		Credentials: map[string]map[string]any{},
		path:        filepath.Join(dir, "config.yml"),
	}
}

// newConfig is a configuration with one group of all devices of the fleet. It is not written yet.
func newConfig(t *testing.T, fleet *lab.Fleet, poll pollSection) *config {
	t.Helper()
	c := emptyConfig(t, poll)
	c.credential("lab", ourPassword)
	c.Groups = []group{{Name: "lab", Credentials: "lab", Devices: []member{}}}
	c.trust(t, fleet)
	for _, d := range fleet.Devices() {
		c.add(memberOf(d))
	}
	return c
}

// trust adds the fleet's devices to the known hosts.
func (c *config) trust(t *testing.T, fleet *lab.Fleet) {
	t.Helper()
	hosts := c.SSH["known_hosts"].([]string)[0]
	writeFile(t, hosts, readFile(t, hosts)+string(fleet.KnownHosts()))
}

func memberOf(d *lab.Device) member {
	return member{Name: d.Name, Address: d.Addr(), Platform: d.Platform.ID}
}

func (c *config) add(m member) { c.Groups[0].Devices = append(c.Groups[0].Devices, m) }

func (c *config) credential(name, password string) {
	c.Credentials[name] = map[string]any{
		"username": lab.Username, "password": password,
		// Nobody asks this. Credentials that have all secrets in common would share their refusals.
		"answers": []map[string]string{{"ask": "^whose is " + name + "$", "answer": anAnswer + name}},
	}
}

// forget takes a device out of the known hosts.
func (c *config) forget(t *testing.T, d *lab.Device) {
	t.Helper()
	hosts := c.SSH["known_hosts"].([]string)[0]
	var kept strings.Builder
	for line := range strings.Lines(readFile(t, hosts)) {
		if !strings.Contains(line, "["+d.Address.String()+"]") {
			kept.WriteString(line)
		}
	}
	writeFile(t, hosts, kept.String())
}

// write puts the configuration where the exporter reads it, and returns the path.
func (c *config) write(t *testing.T) string {
	t.Helper()
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, c.path, string(text))
	return c.path
}
