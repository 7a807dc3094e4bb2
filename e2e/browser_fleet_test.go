//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
	"github.com/netver/netver_exporter/web"
)

// made is a fleet that is made up, for tests that look at pages: of any size at once, and with all that a page can show.
type made struct {
	snapshot atomic.Pointer[poll.Snapshot]
	polled   atomic.Pointer[string] // the device that was polled last by hand
	server   *httptest.Server
	url      string
}

// serve answers as the exporter does.
func (m *made) serve(t *testing.T) {
	t.Helper()
	platforms, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	c := web.Config{
		Version: "1.2.3", Metrics: collector.New(), Log: slog.New(slog.DiscardHandler),
		Views: fleet.NewCache(func(context.Context) poll.Snapshot { return *m.snapshot.Load() }, func(id string) *version.Order {
			p, ok := platforms.Get(id)
			if !ok {
				return nil
			}
			return p.Order
		}, func(string) []string { return nil }),
		Poll: func(_ context.Context, name string) (*poll.Status, bool) {
			m.polled.Store(&name)
			return m.change(name, func(s *poll.Status) { s.LastPoll, s.Polls = time.Now(), s.Polls+1 }), true
		},
		History: func(name string) (poll.History, bool) { return history(name), true },
		Origin: func(*poll.Status) web.Origin {
			return web.Origin{Source: "netbox:https://netbox.example", Place: "https://netbox.example/api/dcim/devices/: device 4711", HostKeys: []web.HostKey{
				{Type: "ssh-ed25519", Fingerprint: "SHA256:3kT0pVb1m5QyX8y0w1n7h2cJ9fUeRz4LdGsAaPoKqMI", Place: "/etc/netver/known_hosts:4711"},
			}}
		},
		Policy: policy,
		Loaded: func() (time.Time, bool) { return time.Now().Add(-5 * time.Hour), true },
		Ready:  func() bool { return true },
		Reload: func() error { return nil },
	}
	h, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	m.server = httptest.NewServer(h)
	t.Cleanup(m.server.Close)
	m.url = m.server.URL
}

// change makes a new snapshot in which a device is another one; it returns its new status.
func (m *made) change(name string, by func(*poll.Status)) *poll.Status {
	s := *m.snapshot.Load()
	devices := make([]*poll.Status, len(s.Devices))
	copy(devices, s.Devices)
	s.Devices = devices
	var changed poll.Status
	for i, d := range devices {
		if d.Device.Name == name {
			changed = *d
			by(&changed)
			devices[i] = &changed
		}
	}
	m.snapshot.Store(&s)
	return &changed
}

func policy() *version.Policy {
	rule := func(name, platform, want string, from time.Time) version.Rule {
		match, _ := version.ParseMatch(map[string]string{"platform": platform})
		spec, _ := version.ParseSpec(want)
		return version.Rule{Name: name, Match: match, Want: []version.Spec{spec}, From: from}
	}
	return &version.Policy{Rules: []version.Rule{
		rule("campus-access", "cisco_ios", ">= 17.9.4a", time.Time{}),
		rule("nexus-dc", "cisco_nxos", ">= 10.2(5)", time.Now().Add(-40*24*time.Hour)),
		rule("junos-wave2", "juniper_junos", "22.2R3", time.Now().Add(20*24*time.Hour)),
	}}
}

var (
	sites    = []string{"ams1", "ber2", "dub1", "fra2", "lis1", "lon3", "mil1", "osl1", "par4", "waw1"}
	roles    = []string{"access", "core", "dist", "edge", "leaf", "oob"}
	software = []struct {
		platform, vendor, model string
		versions                []string
	}{
		{"cisco_ios", "Cisco", "C9300-48UXM", []string{"17.9.4a", "17.9.4a", "17.12.4", "17.6.5", "16.12.8", "17.3.3"}},
		{"arista_eos", "Arista", "DCS-7050SX3-48YC8-R", []string{"4.30.5M", "4.30.5M", "4.28.8M", "4.31.2F"}},
		{"cisco_nxos", "Cisco", "N9K-C93180YC-FX", []string{"10.2(5)", "10.2(5)", "10.3(4a)", "9.3(10)"}},
		{"juniper_junos", "Juniper", "mx204", []string{"21.4R3-S5.4", "22.2R3", "20.4R3-S8"}},
	}
)

// fleetOf makes a fleet of a size, in which some two in a hundred are down, for several causes.
func fleetOf(size int) *made {
	now := time.Now()
	s := poll.Snapshot{
		Workers: 64, Busy: 12,
		Sweeps:  map[string]poll.Sweeps{"branch": {Done: 9, Skipped: 4, Duration: 320 * time.Second, Interval: 5 * time.Minute, LastSkip: now.Add(-9 * time.Minute)}},
		Logins:  map[string]logins.State{"netops": {Allowed: 64}, "oob-console": {Paused: true, Tries: 3, Next: now.Add(4 * time.Minute)}},
		Sources: []inventory.Status{{Group: "branch", Source: "netbox:https://netbox.example", Devices: size / 3, LastSuccess: now.Add(-130 * time.Minute), Err: "401 Unauthorized"}},
	}
	for i := range size {
		s.Devices = append(s.Devices, deviceOf(i, now))
	}
	m := &made{}
	m.snapshot.Store(&s)
	return m
}

func deviceOf(i int, now time.Time) *poll.Status {
	kind := software[i%len(software)]
	site, role := sites[i/7%len(sites)], roles[i/3%len(roles)]
	d := &poll.Status{
		Device: inventory.Device{
			Name: fmt.Sprintf("%s-%06d", "sw", i), Address: fmt.Sprintf("10.%d.%d.%d:22", i>>16, i>>8&255, i&255), Platform: kind.platform,
			Credential: "netops", Group: "branch", Labels: []inventory.Label{{Name: "role", Value: role}, {Name: "site", Value: site}},
		},
		Platform: kind.platform, Vendor: kind.vendor, Polls: 61204, Failures: 31,
		LastPoll: now.Add(-time.Duration(i*37%300) * time.Second), Duration: time.Duration(200+i*13%1100) * time.Millisecond,
	}
	switch {
	case i%97 == 5:
		d.Device.Disabled, d.LastPoll = true, time.Time{}
		return d
	case i%89 == 7:
		d.LastPoll, d.Polls, d.Failures = time.Time{}, 0, 0
		return d
	}
	d.LastSuccess = d.LastPoll
	age := time.Duration(i*7919%30_000_000) * time.Second
	d.BootTime = now.Add(-age)
	text := kind.versions[i/4%len(kind.versions)]
	d.Facts = parser.Facts{
		Version: text, Model: kind.model, Serial: fmt.Sprintf("FOC%07d", i), Hostname: d.Device.Name, ReloadReason: "Reload Command",
		Uptime: &parser.Uptime{Age: age}, NextBoot: "packages.conf", NextBootDiffers: new(bool),
	}
	*d.Facts.NextBootDiffers = i%16 == 0
	if i%16 == 0 {
		d.Facts.Members = []parser.Member{{Name: "1", Role: "active", Model: kind.model, Serial: "FOC1", Version: text}, {Name: "2", Role: "member", Model: kind.model, Serial: "FOC2", Version: "17.9.4a", Differs: true}}
	}
	match := version.Device{Name: d.Device.Name, Platform: d.Platform, Model: kind.model, Version: text}
	v := policy().Judge(match, nil, now)
	v.Compliant = []version.Answer{version.Yes, version.Yes, version.No, version.No, version.Yes, version.Unknown}[i/4%6]
	if v.Rule == "" {
		v.Compliant = version.Unknown
	}
	if strings.HasPrefix(text, "17.3") {
		v.Denied = []version.Denial{{Note: "CVE-2024-20399", Severity: "critical"}}
	}
	if text == "16.12.8" {
		v.EOL = &version.EOL{Release: "16.12", Time: now.Add(43 * 24 * time.Hour)}
	}
	d.Verdict = &v
	if i%50 == 0 {
		fail(d, i, now)
	}
	return d
}

// fail takes a device down, for a cause that several share or for one of its own.
func fail(d *poll.Status, i int, now time.Time) {
	d.Facts.Uptime, d.Since, d.LastSuccess = nil, now.Add(-7*time.Minute), now.Add(-12*time.Minute)
	host := strings.TrimSuffix(d.Device.Address, ":22")
	switch i / 50 % 5 {
	case 0:
		d.Reason, d.Err = failure.Disconnect, `wait for the answer to "show version": the device ended the session; the last line is "Switch Ports Model              SW Version        SW Image"`
	case 1:
		d.Reason, d.Err = failure.ConnectTimeout, "connect to "+host+":22: no answer in 5 s"
	case 2:
		d.Device.Credential, d.Reason, d.Err = "oob-console", failure.Paused, "credential oob-console is paused"
	case 3:
		d.Reason, d.Err = failure.Prompt, "no prompt after login; the last line is \"(Press '"+string(rune('a'+i%26))+"' to accept):\""
	case 4:
		d.Reason, d.Err = failure.HostKeyChanged, fmt.Sprintf("host key is SHA256:%x, known_hosts line %d has another", i*7919, i)
	}
}

// history is that of every device: some polls that were good, some that failed.
func history(name string) poll.History {
	now := time.Now()
	h := poll.History{
		Versions: []poll.VersionChange{{At: now.Add(-200 * 24 * time.Hour), From: "16.12.8", To: "17.6.5"}},
		Reboots:  []poll.Reboot{{At: now.Add(-200 * 24 * time.Hour), Booted: now.Add(-200 * 24 * time.Hour), Reason: "Reload Command"}},
		Failed: &poll.Session{Pieces: []poll.Piece{
			{At: 431 * time.Millisecond, Text: "\x1b[H Warning: authorised use only.\r\n" + name + ">"},
			{At: 549 * time.Millisecond, Sent: true, Text: "terminal length 0\n"},
			{At: 611 * time.Millisecond, Text: name + ">\r\nCisco IOS XE Software, Version 17.06.05\r\n<script>alert(1)</script>"},
		}},
	}
	for i := range 20 {
		p := poll.Past{Start: now.Add(-time.Duration(i) * 5 * time.Minute), Duration: time.Duration(1000+i*13) * time.Millisecond, Phases: []poll.Phase{
			{Name: "resolve", Duration: 400 * time.Microsecond}, {Name: "connect", Duration: 6 * time.Millisecond}, {Name: "handshake", Duration: 184 * time.Millisecond},
			{Name: "auth", Duration: 247 * time.Millisecond}, {Name: "shell", Duration: 121 * time.Millisecond},
			{Name: "command", Command: "show version", Duration: 415 * time.Millisecond}, {Name: "command", Command: "show switch", Duration: 207 * time.Millisecond},
		}}
		if i < 2 {
			p.Duration, p.Reason, p.Phases = 12*time.Second, failure.Disconnect, p.Phases[:6]
			p.Phases[5].Duration, p.Phases[5].Failed = 11*time.Second, true
		}
		h.Polls = append(h.Polls, p)
	}
	return h
}
