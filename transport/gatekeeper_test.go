package transport

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// gatekeeper is a server that only authenticates, in ways that the lab's devices do not, and notes what is tried.
type gatekeeper struct {
	config    ssh.ServerConfig
	address   string
	hangsUp   bool                  // over a password
	prohibits bool                  // forwarding
	leaves    bool                  // ends the connection where it should forward
	most      int                   // connections that are forwarded at once; more are refused for lack of resources. 0: any number; -1: none
	open      []<-chan *ssh.Request // of connections that are forwarded
	openMax   int                   // the most of them at once
	ended     chan struct{}         // one for each connection

	mu    sync.Mutex
	tried []string // methods with the outcome: "password no"
}

func startGatekeeper(t *testing.T, change func(*gatekeeper)) *gatekeeper {
	t.Helper()
	g := &gatekeeper{ended: make(chan struct{}, 100)}
	g.config.AuthLogCallback = func(_ ssh.ConnMetadata, method string, err error) {
		g.mu.Lock()
		defer g.mu.Unlock()
		switch {
		case method == "none":
		case err == nil:
			g.tried = append(g.tried, method+" yes")
		default:
			g.tried = append(g.tried, method+" no")
		}
	}
	g.config.AddHostKey(newSigner(t))
	change(g)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.address = listener.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				g.serve(conn)
				g.ended <- struct{}{}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return g
}

// serve answers every exec request with "ok".
func (g *gatekeeper) serve(conn net.Conn) {
	defer conn.Close()
	g.mu.Lock()
	config := g.config
	g.mu.Unlock()
	if g.hangsUp {
		config.PasswordCallback = func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
			conn.Close()
			return nil, errNo
		}
	}
	_, channels, requests, err := ssh.NewServerConn(conn, &config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offer := range channels {
		if offer.ChannelType() == "direct-tcpip" {
			if g.leaves {
				return
			}
			g.forward(offer)
			continue
		}
		channel, requests, err := offer.Accept()
		if err != nil {
			return
		}
		for r := range requests {
			_ = r.Reply(r.Type == "exec", nil)
			if r.Type == "exec" {
				break
			}
		}
		go ssh.DiscardRequests(requests)
		_, _ = channel.Write([]byte("ok\n"))
		_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
		channel.Close()
	}
}

// forward connects a channel to where it wants to go, unless the server prohibits it.
func (g *gatekeeper) forward(offer ssh.NewChannel) {
	var to struct {
		Host       string
		Port       uint32
		Originator string
		From       uint32
	}
	if g.prohibits || ssh.Unmarshal(offer.ExtraData(), &to) != nil {
		_ = offer.Reject(ssh.Prohibited, "open failed")
		return
	}
	g.mu.Lock()
	g.open = slices.DeleteFunc(g.open, closed) // the library handles one message after the other: what is closed is closed by now
	full := g.most != 0 && len(g.open) >= g.most
	g.mu.Unlock()
	if full {
		_ = offer.Reject(ssh.ResourceShortage, "no more")
		return
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port))))
	if err != nil {
		_ = offer.Reject(ssh.ConnectionFailed, "Connection refused")
		return
	}
	channel, requests, err := offer.Accept()
	if err != nil {
		conn.Close()
		return
	}
	g.mu.Lock()
	g.open = append(g.open, requests)
	g.openMax = max(g.openMax, len(g.open))
	g.mu.Unlock()
	go func() {
		_, _ = io.Copy(conn, channel)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	go func() {
		_, _ = io.Copy(channel, conn)
		channel.Close()
		conn.Close()
	}()
}

// closed reports that a channel's requests have come to their end. No client sends any on a forwarded connection.
func closed(requests <-chan *ssh.Request) bool {
	select {
	case <-requests:
		return true
	default:
		return false
	}
}

// change gives the server another configuration for the connections to come.
func (g *gatekeeper) change(to func(*gatekeeper)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	to(g)
}

// seen returns what was tried by a client that has gone.
func (g *gatekeeper) seen() []string {
	<-g.ended
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() { g.tried = nil }()
	return slices.Clone(g.tried)
}

// newTestDoor makes a door for one credential, which another device has accepted before if it is proven.
func newTestDoor(t *testing.T, proven bool) *logins.Door {
	t.Helper()
	door := logins.New(slog.New(slog.DiscardHandler))
	door.Configure(logins.Settings{Most: 64, Credentials: []logins.Credential{{Name: "netops", Password: true}}})
	if proven {
		ticket, _, _ := door.Enter(logins.Request{Device: "another", Credential: "netops"}, nil)
		if err := ticket.MaySend("password"); err != nil {
			t.Fatal(err)
		}
		ticket.Tell(logins.Accepted)
		ticket.Close("")
	}
	return door
}

// poll logs in once, through the door if there is one.
func (g *gatekeeper) poll(t *testing.T, client *Client, c *Credential, door *logins.Door) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var ticket *logins.Ticket
	if door != nil {
		ticket, _, _ = door.Enter(logins.Request{Device: "sw-1", Credential: "netops"}, nil)
	}
	l, err := client.Login(ctx, Target{Address: g.address, Credential: c, Ticket: ticket}, "", func(string, time.Time) {})
	if err == nil {
		l.End()
	}
	ticket.Close(failure.Of(err))
	return err
}

func newInsecure(t *testing.T) *Client {
	t.Helper()
	client, err := New(Config{HostKeys: Insecure})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

var errNo = errors.New("no")

func takesPassword(want string) func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
	return func(_ ssh.ConnMetadata, got []byte) (*ssh.Permissions, error) {
		if string(got) != want {
			return nil, errNo
		}
		return nil, nil
	}
}

// asks wants the answers to its questions; a question that begins with "!" is echoed.
func asks(questions, want []string) func(ssh.ConnMetadata, ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
	return func(_ ssh.ConnMetadata, challenge ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		var texts []string
		var echos []bool
		for _, q := range questions {
			texts = append(texts, strings.TrimPrefix(q, "!"))
			echos = append(echos, strings.HasPrefix(q, "!"))
		}
		got, err := challenge("", "", texts, echos)
		if err != nil || !slices.Equal(got, want) {
			return nil, errNo
		}
		return nil, nil
	}
}
