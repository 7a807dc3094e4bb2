//go:build faults

package faults

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/netver/netver_exporter/lab"
)

// bound is how long a poll of a faulty device may take.
type bound string

const (
	atOnce         bound = "at once" // it does not run into a timeout
	oneRetry       bound = "at once, after one retry"
	connectTimeout bound = "`connect_timeout`"
	wholeTimeout   bound = "`timeout`"
)

// classes is every fault that the suite polls, in the order in which a poll meets them. The reasons are those of a device
// that is asked by exec and of one that is asked in a shell; "" is a poll that succeeds all the same.
var classes = []class{
	{id: "no-such-name", words: "the name does not resolve", exec: "resolve", shell: "resolve", bound: connectTimeout, member: nameless},
	{id: "refuse", words: "connection refused", exec: "connect", shell: "connect", bound: atOnce},
	{id: "blackhole", words: "SYN into nothing", exec: "connect_timeout", shell: "connect_timeout", bound: connectTimeout},
	{id: "reset", words: "connection reset at the first byte", exec: "connect", shell: "connect", bound: oneRetry},
	{id: "silent", words: "accepts and says nothing", exec: "connect_timeout", shell: "connect_timeout", bound: connectTimeout},
	{id: "half-version", words: "half a version line, then silence", exec: "connect_timeout", shell: "connect_timeout", bound: connectTimeout},
	{id: "version-only", words: "a version line, then silence", exec: "connect_timeout", shell: "connect_timeout", bound: connectTimeout},
	{id: "not-ssh", words: "a server that is not SSH", exec: "handshake", shell: "handshake", bound: atOnce},
	{id: "no-common-algorithm", words: "no common algorithm", exec: "negotiation", shell: "negotiation", bound: atOnce},
	{id: "unknown-host-key", words: "host key unknown", exec: "host_key_unknown", shell: "host_key_unknown", bound: atOnce, hosts: (*config).forget},
	{id: "other-host-key", words: "host key changed", exec: "host_key_changed", shell: "host_key_changed", bound: atOnce},
	{id: "slow-auth", words: "authentication takes 20 s", exec: "timeout", shell: "timeout", bound: wholeTimeout},
	{id: "wrong-password", words: "wrong password", exec: "auth", shell: "auth", bound: atOnce},
	{id: "one-time-code", words: "keyboard-interactive wants a one-time code", exec: "auth", shell: "auth", bound: atOnce},
	{id: "two-questions", words: "keyboard-interactive with two questions", bound: atOnce},
	{id: "password-expired", words: "password expired: a new one is wanted in the session", shell: "auth", bound: atOnce},
	{id: "no-free-session", words: "no free session: the channel is refused", exec: "session", shell: "session", bound: oneRetry},
	{id: "no-pty", words: "PTY refused", shell: "session", bound: oneRetry},
	{id: "shell-closes", words: "the shell closes at once", shell: "session", bound: atOnce},
	{id: "no-prompt", words: "the prompt never comes", shell: "prompt", bound: wholeTimeout},
	{id: "banner-prompt", words: "a prompt inside the banner", bound: atOnce},
	{id: "banner-pause", words: "a banner that pauses after \"Password:\"", bound: atOnce},
	{id: "output-prompt", words: "a prompt inside the output", bound: atOnce},
	{id: "stuck-pager", words: "a pager that cannot be switched off", bound: atOnce},
	{id: "drip", words: "output that drips, one byte a second", exec: "timeout", shell: "timeout", bound: wholeTimeout},
	{id: "endless", words: "output without end", exec: "output_limit", shell: "output_limit", bound: wholeTimeout},
	{id: "garbage", words: "NUL and invalid UTF-8 in the output", bound: atOnce},
	{id: "long-line", words: "a line of 1 MB", bound: atOnce},
	{id: "reset-mid-output", words: "reset in the middle of the output", exec: "disconnect", shell: "disconnect", bound: atOnce},
	{id: "reboot-mid-output", words: "reboot in the middle of the output", exec: "disconnect", shell: "disconnect", bound: atOnce},
	{id: "freeze", words: "half-closed TCP that never says so", exec: "timeout", shell: "timeout", bound: wholeTimeout},
	{id: "asks-to-save", words: "a question at logout that has no answer", bound: atOnce},
	{id: "other-hostname", words: "answers with another device's host name", bound: atOnce, check: tellsOtherName},
	{id: "clock-back", words: "the device's clock is set back to before its boot", bound: atOnce, platform: "juniper_junos", device: setBack, check: hidesUptime},
	{id: "boot-to-come", words: "the device states a boot time in the future", bound: atOnce, platform: "nokia_srl", device: bootToCome, check: hidesUptime},
}

// class is one fault. It is the lab's of the same name, unless device, member or hosts make it.
type class struct {
	id, words   string
	exec, shell string
	bound       bound

	platform string // "": the suite's own
	device   func(*lab.Device)
	member   func(*member)
	hosts    func(*config, *testing.T, *lab.Device)
	check    func(t *testing.T, s scrape, device string)
}

func (c *class) reason(mode string) string {
	if mode == "exec" {
		return c.exec
	}
	return c.shell
}

// nameless gives the member a name that no resolver knows (RFC 6761, 6.4).
func nameless(m *member) { m.Address = m.Name + ".invalid:22" }

func setBack(d *lab.Device) {
	d.SetAnswer("show system uptime", "Current time: 2025-03-04 09:10:11 UTC\nSystem booted: 2025-03-05 15:55:05 UTC (-1d 06:45 ago)\n")
}

func bootToCome(d *lab.Device) {
	d.SetAnswer("show version", "Hostname : lab-srl-1\nSoftware Version : v24.10.1\nLast Booted : 2125-02-27T11:00:01.123Z\n")
}

func tellsOtherName(t *testing.T, s scrape, device string) {
	if got := s.labels("info", "hostname")[device]; got != "lab-other-99" {
		t.Errorf("%s: hostname %q, want what the device tells", device, got)
	}
}

func hidesUptime(t *testing.T, s scrape, device string) {
	for _, name := range []string{"uptime_seconds", "boot_time_seconds"} {
		if v := s.device(device, name); !math.IsNaN(v) {
			t.Errorf("%s: %s %v, want none", device, name, v)
		}
	}
}

// faultPlan is the schedule of the suite: the interval is to the timeouts as a user would choose it.
var faultPlan = pollSection{
	Interval: slowly(8 * time.Second), Timeout: slowly(4 * time.Second), ConnectTimeout: slowly(2 * time.Second), Concurrency: 64,
}

func (b bound) limit() time.Duration {
	tolerance := slowly(500 * time.Millisecond)
	if b == wholeTimeout {
		return faultPlan.Timeout + tolerance
	}
	return faultPlan.ConnectTimeout + tolerance
}

// TestFaults polls a device of every class in both modes, and healthy ones beside them, over some sweeps. Every class has
// its reason within its bound, and the healthy are up and on time.
func TestFaults(t *testing.T) {
	t.Parallel()
	const healthy, sweeps = 60, 2
	members := make(map[string]*lab.Device)
	var devices []*lab.Device
	each := func(do func(c *class, mode, name string)) {
		for i := range classes {
			for _, mode := range []string{"exec", "shell"} {
				do(&classes[i], mode, "lab-"+classes[i].id+"-"+mode)
			}
		}
	}
	each(func(c *class, mode, name string) {
		platform := c.platform
		if platform == "" {
			platform = "arista_eos"
		}
		d := newDevice(t, name, platform)
		if f := lab.Fault(c.id); slices.Contains(lab.Faults(), f) {
			d.Fault = f
		}
		members[name], devices = d, append(devices, d)
	})
	ok := newDevices(t, "ok", healthy, twoModes...)
	fleet := startFleet(t, append(devices, ok...)...)
	config := newConfig(t, fleet, faultPlan)
	config.Groups[0].Devices = config.Groups[0].Devices[len(devices):]
	each(func(c *class, mode, name string) {
		d := members[name]
		if c.device != nil {
			c.device(d)
		}
		m := memberOf(d)
		m.Mode, m.Credentials = mode, "of-"+name // one of its own, so that none is paused
		config.credential(m.Credentials, ourPassword)
		if c.member != nil {
			c.member(&m)
		}
		if c.hosts != nil {
			c.hosts(config, t, d)
		}
		config.add(m)
	})

	e := run(t, config.write(t))
	e.awaitScrape(t, "the last sweep", func(s scrape) error {
		for _, d := range ok {
			if n := s.device(d.Name, "polls_total"); n < sweeps {
				return fmt.Errorf("%s was polled %v times, want %d", d.Name, n, sweeps)
			}
		}
		return polledTimes(2)(s) // those that refuse the password are left alone for a while
	})
	for i := range classes {
		c := &classes[i]
		t.Run(c.id, func(t *testing.T) {
			for _, mode := range []string{"exec", "shell"} {
				c.verify(t, e, mode, "lab-"+c.id+"-"+mode)
			}
		})
	}
	t.Run("others", func(t *testing.T) {
		e.awaitOnTime(t, config, ok...)
	})
}

// polledTimes wants every device to have been polled so often.
func polledTimes(n float64) func(scrape) error {
	return func(s scrape) error {
		for device, polls := range s.devices("polls_total") {
			if polls < n {
				return fmt.Errorf("%s was polled %v times, want %v", device, polls, n)
			}
		}
		return nil
	}
}

// verify holds a device of the class to its reason and its bound. A poll that runs out of time although it should not, which one on a busy machine
// may, says nothing: the next one is waited for.
func (c *class) verify(t *testing.T, e *exporter, mode, device string) {
	t.Helper()
	want := c.reason(mode)
	s := e.awaitScrape(t, fmt.Sprintf("the reason %q of %s within %v", want, device, c.bound.limit()), func(s scrape) error {
		got, took := s.reasons()[device], s.device(device, "poll_duration_seconds")
		if got != want && outOfTime(got) || took > c.bound.limit().Seconds() {
			return fmt.Errorf("reason %q after %v s", got, took)
		}
		return nil
	})
	if got := s.reasons()[device]; got != want {
		t.Errorf("%s: reason %q, want %q", device, got, want)
	}
	up := 0.0
	if want == "" {
		up = 1
	}
	if got := s.device(device, "up"); got != up {
		t.Errorf("%s: up %v, want %v", device, got, up)
	}
	if c.check != nil {
		c.check(t, s, device)
	}
}
