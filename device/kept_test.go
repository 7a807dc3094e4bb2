package device_test

import (
	"context"
	"log/slog"
	"regexp"
	"testing"
	"time"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// reload makes a poller of a new configuration, as a reload does: nothing of it is the same object.
func (n *network) reload(t *testing.T, change func(*device.Config)) {
	t.Helper()
	credential, err := transport.NewCredential(transport.Login{Username: lab.Username, Password: secret.New(lab.Password)})
	if err != nil {
		t.Fatal(err)
	}
	n.config.Credentials = map[string]*transport.Credential{"lab": credential}
	change(&n.config)
	n.Poller = device.New(n.config)
	n.keep()
}

func TestSessionsAndReloads(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*device.Config)
		logins int64
	}{
		{"the same", func(*device.Config) {}, 1},
		{"another enable secret", func(c *device.Config) { c.Credentials["lab"].Enable = secret.New("opensesame") }, 2},
		{"other algorithms", func(c *device.Config) {
			c.Algorithms = map[string]transport.Algorithms{"kept": {Ciphers: "aes256-ctr"}}
		}, 2},
		{"not kept any more", func(c *device.Config) { c.Keep.Groups = nil }, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newNetwork(t, 1, "shell", kept)
			n.ask(t, 0)
			n.reload(t, tt.change)
			if tt.logins > 1 { // closed before anybody asks again
				waitFor(t, func() bool { s := n.devices[0].Stats(); return s.Connections == 0 && s.Farewells == 1 })
			}
			n.ask(t, 0)
			if s := n.devices[0].Stats(); s.Logins != tt.logins {
				t.Errorf("%d logins, want %d", s.Logins, tt.logins)
			}
		})
	}
}

func TestSessionOfADeviceThatLeavesIsClosed(t *testing.T) {
	n := newNetwork(t, 2, "shell", kept)
	n.ask(t, 0)
	n.ask(t, 1)
	left := n.devices[0]
	n.devices = n.devices[1:]
	n.keep()
	waitFor(t, func() bool { return left.Stats().Connections == 0 })
	if s := n.devices[0].Stats(); s.Connections != 1 {
		t.Errorf("%d connections with the device that stays, want 1", s.Connections)
	}
}

// Whoever answers in more than half of the time is up at every poll, also over a session that was kept.
func TestSlowDeviceKeepsItsSession(t *testing.T) {
	const delay = 200 * time.Millisecond
	n := newNetwork(t, 1, "shell", kept, func(d *lab.Device) { d.Delay = delay })
	answer := time.Duration(len(n.devices[0].Answers())) * delay
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), answer*9/5)
		o := n.Poll(ctx, n.device(0), nil)
		cancel()
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	if s := n.devices[0].Stats(); s.Logins != 1 {
		t.Errorf("%d logins, want 1", s.Logins)
	}
}

// A session that lost its rights refuses every command. A new login may have them again.
func TestSessionThatRefusesIsReplaced(t *testing.T) {
	n := newNetwork(t, 1, "shell", kept)
	n.ask(t, 0)
	n.devices[0].SetAnswer("show version", "% Invalid input detected at '^' marker.\n")
	if o := n.Poll(t.Context(), n.device(0), nil); o.Err == nil {
		t.Fatal("no error")
	}
	waitFor(t, func() bool { return n.devices[0].Stats().Connections == 0 })
	_ = n.Poll(t.Context(), n.device(0), nil)
	if s := n.devices[0].Stats(); s.Logins != 2 {
		t.Errorf("%d logins, want 2", s.Logins)
	}
}

// A panic while a device is asked leaves no connection behind, whether sessions are kept or not.
func TestPanicWhileADeviceIsAsked(t *testing.T) {
	for name, keep := range map[string]device.Keep{"kept": kept, "per poll": {}} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t, 1, "shell", keep)
			ios, _ := n.config.Platforms.Get("cisco_ios")
			broken := *ios
			broken.Session.Context = []*regexp.Regexp{nil}
			if _, err := n.config.Platforms.Add(&broken); err != nil {
				t.Fatal(err)
			}
			n.Poller = device.New(n.config)
			n.keep()
			defer func() {
				if recover() == nil {
					t.Error("no panic: the test tests nothing")
				}
				waitFor(t, func() bool { return n.devices[0].Stats().Connections == 0 })
			}()
			n.Poll(t.Context(), n.device(0), nil)
		})
	}
}

// The ticket of a poll ends with the poll: what a kept session sends later goes through that of the later one.
func TestKeptSessionLogsInWithTheTicketOfThePoll(t *testing.T) {
	n := newNetwork(t, 1, "exec", kept)
	door := logins.New(slog.New(slog.DiscardHandler))
	door.Configure(logins.Settings{Most: 8, Credentials: []logins.Credential{{Name: "lab", Identity: secret.New("lab"), Password: true}}})
	for poll := range 3 {
		ticket, decision, _ := door.Enter(logins.Request{Device: "a", Credential: "lab", Interval: time.Minute, Kept: n.Kept(n.device(0))}, func() {})
		if decision != logins.Go {
			t.Fatalf("poll %d: decision %v", poll, decision)
		}
		if o := n.Poll(t.Context(), n.device(0), ticket); o.Err != nil {
			t.Fatal(o.Err)
		}
		ticket.Close("")
		n.devices[0].Disconnect()
	}
	if got, want := door.States()["lab"].Logins[logins.Accepted], uint64(n.devices[0].Stats().Logins); got != want {
		t.Errorf("the door counts %d logins, the device %d", got, want)
	}
}
