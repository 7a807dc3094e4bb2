package device_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// behind has the network's devices reached through a jump host that takes a number of connections at once.
func (n *network) behind(t *testing.T, most int) *lab.Bastion {
	t.Helper()
	bastion, err := lab.StartBastion(context.WithoutCancel(t.Context()), "127.0.0.1", lab.Password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bastion.Close)
	n.reload(t, func(c *device.Config) {
		target := transport.Target{Name: "bastion", Address: bastion.Addr(), Credential: c.Credentials["lab"]}
		c.Client, err = transport.New(transport.Config{HostKeys: transport.Insecure, JumpHosts: []transport.JumpHost{
			{Name: "bastion", Target: target, CredentialName: "lab", MaxSessions: most},
		}})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Cleanup(n.config.Client.Close)
	return bastion
}

// TestFullJumpHostAndKeptSession has a device close its kept session, for which no place was reserved, while others take the place that
// comes free: the poll is to be begun again.
func TestFullJumpHostAndKeptSession(t *testing.T) {
	n := newNetwork(t, 1, "shell", kept)
	n.behind(t, 2)
	d := n.device(0)
	d.Jump = "bastion"
	if o := n.Poll(t.Context(), d, nil); o.Err != nil || !n.Kept(d) {
		t.Fatalf("kept %v: %v", n.Kept(d), o.Err)
	}
	woken := make(chan struct{}, 1)
	reserve := func(name string) (free func()) {
		other := *d
		other.Name = name
		return n.Reserve(&other, func() { woken <- struct{}{} })
	}
	first := reserve("first")
	if first == nil || reserve("second") != nil {
		t.Fatal("two places, of which the kept session has one: want one for others")
	}
	free := n.Reserve(d, func() {})
	if free == nil {
		t.Fatal("a poll waits for a place that it has")
	}
	n.devices[0].Disconnect()
	<-woken
	if reserve("second") == nil {
		t.Fatal("the place of a session that has ended is not free")
	}
	if o := n.Poll(t.Context(), d, nil); !errors.Is(o.Err, logins.ErrWait) {
		t.Errorf("%v, want that the poll has to wait", o.Err)
	}
	free()
	if n.Reserve(d, func() {}) != nil {
		t.Error("begins again with no place")
	}
	first()
	again := n.Reserve(d, func() {})
	if o := n.Poll(t.Context(), d, nil); o.Err != nil {
		t.Error(o.Err)
	}
	again()
}

// TestDetectionsBehindAFullJumpHost has polls with two logins each wait for one place. All succeed.
func TestDetectionsBehindAFullJumpHost(t *testing.T) {
	const number = 12
	n := newNetwork(t, number, "", device.Keep{})
	bastion := n.behind(t, 1)
	var devices []inventory.Device
	for i := range n.devices {
		d := *n.device(i)
		d.Jump, d.Platform = "bastion", inventory.Auto
		devices = append(devices, d)
	}
	left := make(chan poll.Event, number)
	e, err := poll.New(poll.Plan{
		Settings:    poll.Settings{Timeout: 20 * time.Second, Concurrency: 4, Spread: 0.8, KeepFacts: time.Hour},
		Credentials: []logins.Credential{{Name: "lab", Identity: secret.New("lab"), Password: true}},
		Groups:      []poll.Group{{Name: "kept", Interval: time.Hour, Devices: devices}},
		Poller:      n.Poller,
	}, slog.New(slog.DiscardHandler), ended(left))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	for range number {
		if ev := <-left; ev.Reason != "" {
			t.Errorf("a poll failed: %s", ev.Reason)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if s := bastion.Stats(); s.Peak != 1 || s.Passed != 2*number || s.Logins != 1 {
		t.Errorf("the jump host: %+v, want %d connections, one at a time", s, 2*number)
	}
}

// ended passes on what the engine tells of polls.
type ended chan poll.Event

func (e ended) Observe(ev poll.Event) { e <- ev }
