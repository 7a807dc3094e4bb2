package device_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/secret"
	"github.com/netver/netver_exporter/transport"
)

// network is a fleet over real SSH and the poller that may ask it.
type network struct {
	*device.Poller
	config   device.Config
	devices  []*lab.Device
	mode     string
	sessions *device.Sessions
	close    func() // the sessions that are kept
}

// newNetwork starts n devices of IOS, changed as the test wants them.
func newNetwork(t testing.TB, n int, mode string, keep device.Keep, change ...func(*lab.Device)) *network {
	t.Helper()
	registry, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	ios, _ := registry.Get("cisco_ios")
	samples, err := parser.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var devices []*lab.Device
	for _, s := range samples {
		if _, err := ios.Parse(s.Answers); s.Platform != ios.ID || err != nil || len(s.Talk.Gates) > 0 {
			continue
		}
		for i := range n {
			devices = append(devices, &lab.Device{Name: string(rune('a' + i)), Platform: ios, Sample: s})
		}
		break
	}
	for _, d := range devices {
		for _, f := range change {
			f(d)
		}
	}
	fleet, err := lab.Start(t.Context(), devices...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fleet.Close)
	file := filepath.Join(t.TempDir(), "known_hosts")
	if err := os.WriteFile(file, fleet.KnownHosts(), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{KnownHosts: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := transport.NewCredential(transport.Login{Username: lab.Username, Password: secret.New(lab.Password)})
	if err != nil {
		t.Fatal(err)
	}
	net := &network{devices: devices, mode: mode, sessions: device.NewSessions()}
	net.config = device.Config{
		Client: client, Platforms: registry, Credentials: map[string]*transport.Credential{"lab": credential},
		Keep: keep,
	}
	net.Poller = device.New(net.config)
	net.keep()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { net.sessions.Run(ctx) })
	net.close = func() {
		stop()
		running.Wait()
	}
	t.Cleanup(net.close)
	return net
}

// keep has the poller's sessions kept, as a start or a reload does.
func (n *network) keep() {
	n.KeepIn(n.sessions)
	g := poll.Group{Name: "kept"}
	for i := range n.devices {
		g.Devices = append(g.Devices, *n.device(i))
	}
	n.sessions.Keep(n.Poller, []poll.Group{g})
}

// device is a device of the network as the inventory has it.
func (n *network) device(i int) *inventory.Device {
	d := n.devices[i]
	return &inventory.Device{Name: d.Name, Address: d.Addr(), Platform: "cisco_ios", Credential: "lab", Group: "kept", Mode: n.mode}
}

// ask polls a device of the network and fails the test if the device does.
func (n *network) ask(t testing.TB, i int) poll.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	o := n.Poll(ctx, n.device(i), nil)
	if o.Err != nil || o.Facts.Version == "" {
		t.Fatalf("%s: %v", n.devices[i].Name, o.Err)
	}
	return o
}

var kept = device.Keep{Groups: map[string]bool{"kept": true}, Max: 10, Idle: time.Hour}

func TestSessionsAreKept(t *testing.T) {
	for _, mode := range []string{"exec", "shell"} {
		t.Run(mode, func(t *testing.T) {
			n := newNetwork(t, 1, mode, kept)
			for range 5 {
				n.ask(t, 0)
			}
			if s := n.devices[0].Stats(); s.Logins != 1 || s.Polls != 5 || s.Connections != 1 {
				t.Errorf("%+v, want five polls over one login", s)
			}
			n.devices[0].Disconnect()
			n.ask(t, 0)
			if s := n.devices[0].Stats(); s.Logins != 2 || s.Polls != 6 {
				t.Errorf("%+v, want another login after the device closed the connection", s)
			}
			n.close()
			n.ask(t, 0) // a poll that was in flight at Close
			waitFor(t, func() bool { return n.devices[0].Stats().Connections == 0 })
		})
	}
}

// A kept session speaks as the platform does that it was opened for.
func TestSessionIsNotKeptIfThePlatformIsUnsure(t *testing.T) {
	n := newNetwork(t, 1, "shell", kept)
	d := n.devices[0]
	d.SetAnswer("show version", "Another System, Release 1\n")
	o := n.Poll(t.Context(), &inventory.Device{
		Name: d.Name, Address: d.Addr(), Platform: inventory.Auto, Detected: "cisco_ios", Credential: "lab", Group: "kept",
	}, nil)
	if !o.Unsure {
		t.Fatalf("outcome %+v, want one that casts doubt on the platform", o)
	}
	waitFor(t, func() bool { s := d.Stats(); return s.Logins == 1 && s.Farewells == 1 && s.Connections == 0 })
}

func TestSessionsBeyondTheMost(t *testing.T) {
	one := kept
	one.Max = 1
	n := newNetwork(t, 2, "shell", one)
	for range 3 {
		n.ask(t, 0)
		n.ask(t, 1)
	}
	first, second := n.devices[0].Stats(), n.devices[1].Stats()
	if first.Logins != 1 || second.Logins != 3 || second.Farewells != 3 {
		t.Errorf("%d and %d logins, %d farewells; want 1 and 3 and 3", first.Logins, second.Logins, second.Farewells)
	}
	n.close()
}

func TestIdleSessionsAreClosed(t *testing.T) {
	short := kept
	short.Idle = time.Nanosecond
	n := newNetwork(t, 1, "shell", short)
	n.ask(t, 0)
	waitFor(t, func() bool { return n.devices[0].Stats().Connections == 0 })
	if got := n.devices[0].Stats().Farewells; got != 1 {
		t.Errorf("%d farewells, want 1", got)
	}
	n.close()
}

// waitFor waits until the device has noticed, too.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("waited for a minute")
		}
	}
}

// BenchmarkPoll is a whole poll over real SSH, the device's side included, by mode and by what is kept.
func BenchmarkPoll(b *testing.B) {
	for name, keep := range map[string]device.Keep{"per_poll": {}, "persistent": kept} {
		for _, mode := range []string{"exec", "shell"} {
			b.Run(mode+"/"+name, func(b *testing.B) {
				n := newNetwork(b, 1, mode, keep)
				n.ask(b, 0)
				b.ReportAllocs()
				for b.Loop() {
					n.ask(b, 0)
				}
				n.close()
			})
		}
	}
}
