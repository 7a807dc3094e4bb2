package transport

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/secret"
)

// route is a device behind jump hosts, and the door that all logins go through.
type route struct {
	client *Client
	door   *logins.Door
	target Target
}

// newRoute makes a client that reaches the device through the hosts, the last of them first asked.
func newRoute(t *testing.T, device string, most int, hosts ...*gatekeeper) *route {
	t.Helper()
	credential := &Credential{Username: "netops", Password: secret.New("swordfish")}
	config := Config{HostKeys: Insecure, ConnectTimeout: 2 * time.Second}
	before := ""
	for i, h := range hosts {
		name := "bastion" + string(rune('1'+i))
		config.JumpHosts = append(config.JumpHosts, JumpHost{
			Name: name, Target: Target{Name: name, Address: h.address, Credential: credential, Jump: before}, CredentialName: "bastions", MaxSessions: most,
		})
		before = name
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	door := logins.New(slog.New(slog.DiscardHandler))
	door.Configure(logins.Settings{Most: 64, Credentials: []logins.Credential{
		{Name: "netops", Password: true}, {Name: "bastions", Identity: secret.New("of the jump hosts"), Password: true},
	}})
	return &route{client: client, door: door, target: Target{Name: "sw-1", Address: device, Credential: credential, Jump: before}}
}

// poll logs in at the device and stays for a while.
func (r *route) poll(t *testing.T, name string, stay time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var ticket *logins.Ticket
	for ticket == nil {
		woken := make(chan struct{}, 1)
		var decision logins.Decision
		ticket, decision, _ = r.door.Enter(logins.Request{Device: name, Credential: "netops"}, func() { woken <- struct{}{} })
		if decision == logins.Wait {
			<-woken
		} else if decision != logins.Go {
			t.Fatalf("decision %v", decision)
		}
	}
	target := r.target
	target.Ticket = ticket
	l, err := r.client.Login(ctx, target, "", func(string, time.Time) {})
	if err == nil {
		<-time.After(stay)
		l.End()
	}
	ticket.Close(failure.Of(err))
	return err
}

func guard(t *testing.T, password string) *gatekeeper {
	return startGatekeeper(t, func(g *gatekeeper) { g.config.PasswordCallback = takesPassword(password) })
}

func TestJumpHosts(t *testing.T) {
	t.Parallel()
	device := guard(t, "swordfish")
	t.Run("one", func(t *testing.T) {
		bastion := guard(t, "swordfish")
		r := newRoute(t, device.address, 0, bastion)
		for range 3 {
			if err := r.poll(t, "sw-1", 0); err != nil {
				t.Fatal(err)
			}
		}
		bastion.mu.Lock()
		defer bastion.mu.Unlock()
		if n := len(bastion.tried); n != 1 {
			t.Errorf("%d logins at the jump host for three polls", n)
		}
	})
	t.Run("chain of two", func(t *testing.T) {
		if err := newRoute(t, device.address, 0, guard(t, "swordfish"), guard(t, "swordfish")).poll(t, "sw-1", 0); err != nil {
			t.Error(err)
		}
	})
	t.Run("the first of two refuses", func(t *testing.T) {
		err := newRoute(t, device.address, 0, guard(t, "another"), guard(t, "swordfish")).poll(t, "sw-1", 0)
		wantReason(t, err, failure.Jump)
		if !strings.Contains(err.Error(), `"bastion1"`) {
			t.Errorf("%v does not name the jump host", err)
		}
	})
	t.Run("refuses the password", func(t *testing.T) {
		r := newRoute(t, device.address, 0, guard(t, "another"))
		wantReason(t, r.poll(t, "sw-1", 0), failure.Jump)
		if _, decision, _ := r.door.Enter(logins.Request{Device: "sw-1", Credential: "netops"}, nil); decision != logins.Go {
			t.Errorf("the device is blamed: %v", decision)
		}
	})
	t.Run("does not forward", func(t *testing.T) {
		bastion := guard(t, "swordfish")
		bastion.prohibits = true
		err := newRoute(t, device.address, 0, bastion).poll(t, "sw-1", 0)
		wantReason(t, err, failure.Jump)
		if !strings.Contains(err.Error(), "TCP forwarding") {
			t.Errorf("%v does not say why", err)
		}
	})
	t.Run("the device is down", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listener.Close()
		wantReason(t, newRoute(t, listener.Addr().String(), 0, guard(t, "swordfish")).poll(t, "sw-1", 0), failure.Connect)
	})
	t.Run("the device says nothing", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		start := time.Now()
		wantReason(t, newRoute(t, listener.Addr().String(), 0, guard(t, "swordfish")).poll(t, "sw-1", 0), failure.ConnectTimeout)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v: the deadline does not hold through the tunnel", took)
		}
	})
	t.Run("a name that the last one knows", func(t *testing.T) {
		_, port, _ := net.SplitHostPort(device.address)
		r := newRoute(t, net.JoinHostPort("localhost", port), 0, guard(t, "swordfish"), guard(t, "swordfish"))
		r.client.lookup = func(_ context.Context, host string) ([]string, error) {
			t.Errorf("%s is looked up here", host)
			return nil, errNo
		}
		if err := r.poll(t, "sw-1", 0); err != nil {
			t.Error(err)
		}
	})
	t.Run("an unknown one", func(t *testing.T) {
		r := newRoute(t, device.address, 0)
		r.target.Jump = "nobody"
		wantReason(t, r.poll(t, "sw-1", 0), failure.Jump)
	})
}

// TestManyBehindOneJumpHost polls fifty devices at once with a credential that nobody has accepted yet: the login at the jump
// host needs the place in the window that the first device would hold.
func TestManyBehindOneJumpHost(t *testing.T) {
	const most = 3
	device, bastion := guard(t, "swordfish"), guard(t, "swordfish")
	r := newRoute(t, device.address, most, bastion)
	var polls sync.WaitGroup
	for i := range 50 {
		polls.Go(func() {
			if err := r.poll(t, "sw-"+string(rune('a'+i)), 10*time.Millisecond); err != nil && failure.Of(err) != failure.Internal {
				t.Error(err)
			}
		})
	}
	polls.Wait()
	bastion.mu.Lock()
	defer bastion.mu.Unlock()
	if bastion.openMax > most || len(bastion.tried) != 1 {
		t.Errorf("%d connections at once, want %d; %d logins at the jump host, want 1", bastion.openMax, most, len(bastion.tried))
	}
}

// TestLostJumpHost dials anew when the connection was lost.
func TestLostJumpHost(t *testing.T) {
	device, bastion := guard(t, "swordfish"), guard(t, "swordfish")
	r := newRoute(t, device.address, 0, bastion)
	if err := r.poll(t, "sw-1", 0); err != nil {
		t.Fatal(err)
	}
	host := r.client.jumps["bastion1"]
	host.mu.Lock()
	host.link.Close()
	host.mu.Unlock()
	if err := r.poll(t, "sw-1", 0); err != nil {
		t.Error(err)
	}
	host.mu.Lock()
	link := host.link
	host.mu.Unlock()
	r.client.Close()
	<-link.gone // as soon as the jump host has confirmed the end of what went through it
	if n := host.sessions.now(); n != 0 {
		t.Errorf("after Close there are %d sessions", n)
	}
}

// TestFullJumpHost has a jump host take fewer connections at once than max_sessions: the others wait, and none fails.
func TestFullJumpHost(t *testing.T) {
	const most = 3
	for _, maxSessions := range []int{0, 10} {
		device, bastion := guard(t, "swordfish"), guard(t, "swordfish")
		bastion.most = most
		r := newRoute(t, device.address, maxSessions, bastion)
		var polls sync.WaitGroup
		for i := range 30 {
			polls.Go(func() {
				if err := r.poll(t, "sw-"+string(rune('a'+i)), 10*time.Millisecond); err != nil && failure.Of(err) != failure.Internal { // the door may be shut
					t.Error(err)
				}
			})
		}
		polls.Wait()
		if most := r.client.jumps["bastion1"].sessions.most; most > 3 {
			t.Errorf("max_sessions %d: %d are still tried at once", maxSessions, most)
		}
	}
	bastion := guard(t, "swordfish")
	bastion.most = -1 // none at all
	r := newRoute(t, guard(t, "swordfish").address, 10, bastion)
	err := r.poll(t, "sw-1", 0)
	wantReason(t, err, failure.Jump)
	if !strings.Contains(err.Error(), `"bastion1"`) || !strings.Contains(err.Error(), "no more") {
		t.Errorf("%v does not say which jump host and why", err)
	}
}

// TestJumpHostsOutliveAReload hands a connection to a jump host from client to client, with its bound, as long as it would be
// made in the same way.
func TestJumpHostsOutliveAReload(t *testing.T) {
	device, first, second := guard(t, "swordfish"), guard(t, "swordfish"), guard(t, "swordfish")
	r := newRoute(t, device.address, 1, first, second)
	next := func(change func(*Config)) *Client {
		t.Helper()
		config := r.client.config
		config.Before, config.JumpHosts = r.client, slices.Clone(config.JumpHosts)
		for i := range config.JumpHosts {
			again := *config.JumpHosts[i].Target.Credential
			config.JumpHosts[i].Target.Credential = &again
		}
		change(&config)
		made, err := New(config)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	if err := r.poll(t, "sw-1", 0); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		change func(*Config)
		kept   []string
	}{
		"nothing":          {func(*Config) {}, []string{"bastion1", "bastion2"}},
		"the second":       {func(c *Config) { c.JumpHosts[1].MaxSessions = 2 }, []string{"bastion1"}},
		"the first":        {func(c *Config) { c.JumpHosts[0].Target.Legacy = true }, nil},
		"a password":       {func(c *Config) { c.JumpHosts[1].Target.Credential.Password = secret.New("other") }, []string{"bastion1"}},
		"one policy":       {func(c *Config) { c.JumpHosts[1].Target.HostKeys = Strict }, []string{"bastion1"}},
		"all policies":     {func(c *Config) { c.HostKeys = Strict }, nil},
		"the connect time": {func(c *Config) { c.ConnectTimeout++ }, nil},
	} {
		made := next(tc.change)
		var kept []string
		for jump, host := range made.jumps {
			if host == r.client.jumps[jump] {
				kept = append(kept, jump)
			}
		}
		slices.Sort(kept)
		if !slices.Equal(kept, tc.kept) {
			t.Errorf("%s has changed: kept %v, want %v", name, kept, tc.kept)
		}
		made.Close()
	}
	before := r.client
	r.client = next(func(*Config) {})
	before.Close()
	if err := r.poll(t, "sw-1", 0); err != nil {
		t.Error(err)
	}
	for i, g := range []*gatekeeper{first, second} {
		g.mu.Lock()
		if n := len(g.tried); n != 1 {
			t.Errorf("%d logins at bastion%d, want 1", n, i+1)
		}
		g.mu.Unlock()
	}
	r.client.Close()
	for _, g := range []*gatekeeper{first, second} {
		<-g.ended
	}
}

// TestJumpHostGoesAway loses jump hosts during a session: whatever fails is put down to the first one that was lost.
func TestJumpHostGoesAway(t *testing.T) {
	device := guard(t, "swordfish")
	for lost, name := range []string{"bastion1", "bastion2"} {
		r := newRoute(t, device.address, 0, guard(t, "swordfish"), guard(t, "swordfish"))
		link, err := r.client.Login(t.Context(), r.target, "", func(string, time.Time) {})
		if err != nil {
			t.Fatal(err)
		}
		gone := &failure.Error{Reason: failure.Disconnect, Doing: "ask", Err: errNo}
		if err := link.Explain(gone, nil); err != error(gone) {
			t.Errorf("both jump hosts are there, and the device is excused: %v", err)
		}
		r.client.jumps[name].link.Close()
		wantReason(t, link.Explain(gone, nil), failure.Jump)
		if err := link.Explain(gone, nil); !strings.Contains(err.Error(), `"`+name+`"`) {
			t.Errorf("jump host %d was lost: %v", lost+1, err)
		}
		wrong := &failure.Error{Reason: failure.Parse, Doing: "read", Err: errNo}
		if err := link.Explain(wrong, nil); err != error(wrong) {
			t.Errorf("an answer that cannot be read is put down to the jump host: %v", err)
		}
		link.End()
	}
}

// TestSilentJumpHost has a jump host that does not say that it is gone. It is dialled anew, and the devices are not blamed.
func TestSilentJumpHost(t *testing.T) {
	device, bastion := guard(t, "swordfish"), guard(t, "swordfish")
	way := startCable(t, bastion.address)
	r := newRoute(t, device.address, 0, &gatekeeper{address: way.address})
	r.client.config.ConnectTimeout = 300 * time.Millisecond
	if err := r.poll(t, "sw-1", 0); err != nil {
		t.Fatal(err)
	}
	way.cut()
	err := r.poll(t, "sw-1", 0)
	wantReason(t, err, failure.Jump)
	if !strings.Contains(err.Error(), "does not answer any more") {
		t.Errorf("%v does not say why", err)
	}
	way.mend()
	if err := r.poll(t, "sw-1", 0); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

// cable is a TCP connection's way that may be cut, so that what is sent is lost without a word.
type cable struct {
	address string
	broken  atomic.Bool
}

func (c *cable) cut()  { c.broken.Store(true) }
func (c *cable) mend() { c.broken.Store(false) }

// startCable leads from an address of its own to another one.
func startCable(t *testing.T, to string) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{address: listener.Addr().String()}
	var running sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	carry := func(to, from net.Conn) {
		piece := make([]byte, 4096)
		for {
			n, err := from.Read(piece)
			if err != nil {
				to.Close()
				return
			}
			if !c.broken.Load() {
				_, _ = to.Write(piece[:n])
			}
		}
	}
	running.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			running.Go(func() { carry(far, near) })
			running.Go(func() { carry(near, far) })
		}
	})
	return c
}
