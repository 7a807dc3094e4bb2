package lab

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Bastion is a jump host: an SSH server that forwards connections and runs nothing. Make it with StartBastion.
type Bastion struct {
	listener net.Listener
	hostKey  ssh.Signer
	password string
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool // of clients
	logins int
	open   []<-chan *ssh.Request // of connections that are forwarded, and of some that have ended since the latest began
	peak   int                   // the most of them at once
	passed int                   // all of them
}

// BastionStats is what a bastion has seen.
type BastionStats struct {
	Logins int // of clients
	Peak   int // the most connections that were forwarded at once
	Passed int // connections that were forwarded
}

// StartBastion serves on a loopback address and a port that the system picks, until the context ends; Close waits for that. It
// takes Username with a password.
func StartBastion(ctx context.Context, host, password string) (*Bastion, error) {
	key, err := newHostKey()
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, err
	}
	b := &Bastion{listener: listener, hostKey: key, password: password, conns: make(map[net.Conn]bool)}
	ctx, b.stop = context.WithCancel(ctx)
	b.running.Go(b.serve)
	b.running.Go(func() {
		<-ctx.Done()
		listener.Close()
		b.HangUp()
	})
	return b, nil
}

// Addr is its address with the port.
func (b *Bastion) Addr() string { return b.listener.Addr().String() }

// KnownHosts is its line of a known_hosts file.
func (b *Bastion) KnownHosts() string {
	return knownhosts.Line([]string{b.Addr()}, b.hostKey.PublicKey()) + "\n"
}

// Stats are what it has seen so far.
func (b *Bastion) Stats() BastionStats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return BastionStats{Logins: b.logins, Peak: b.peak, Passed: b.passed}
}

// Clients is how many connections of clients are open now.
func (b *Bastion) Clients() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.conns)
}

// HangUp closes all connections of clients, as a restart of the host does.
func (b *Bastion) HangUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for conn := range b.conns {
		conn.Close()
	}
}

// Close ends the server and waits until nothing of it is left.
func (b *Bastion) Close() {
	b.stop()
	b.running.Wait()
}

func (b *Bastion) serve() {
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		b.conns[conn] = true
		b.mu.Unlock()
		b.running.Go(func() {
			b.answer(conn)
			b.mu.Lock()
			delete(b.conns, conn)
			b.mu.Unlock()
		})
	}
}

func (b *Bastion) answer(conn net.Conn) {
	defer conn.Close()
	config := &ssh.ServerConfig{PasswordCallback: func(meta ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
		if meta.User() != Username || string(given) != b.password {
			return nil, errDenied
		}
		return nil, nil
	}}
	config.AddHostKey(b.hostKey)
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	b.mu.Lock()
	b.logins++
	b.mu.Unlock()
	var forwarding sync.WaitGroup
	defer forwarding.Wait()
	forwarding.Go(func() { ssh.DiscardRequests(requests) })
	for offer := range channels {
		forwarding.Go(func() { b.forward(offer) })
	}
}

// forward connects a channel to where it wants to go (RFC 4254, 7.2), until both sides have ended.
func (b *Bastion) forward(offer ssh.NewChannel) {
	var to struct {
		Host       string
		Port       uint32
		Originator string
		From       uint32
	}
	if offer.ChannelType() != "direct-tcpip" || ssh.Unmarshal(offer.ExtraData(), &to) != nil {
		_ = offer.Reject(ssh.Prohibited, "forwarding only")
		return
	}
	conn, err := net.Dial("tcp", net.JoinHostPort(to.Host, strconv.FormatUint(uint64(to.Port), 10)))
	if err != nil {
		_ = offer.Reject(ssh.ConnectionFailed, errors.Unwrap(err).Error())
		return
	}
	defer conn.Close()
	channel, requests, err := offer.Accept()
	if err != nil {
		return
	}
	b.count(requests)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(channel, conn)
		channel.Close()
	})
	_, _ = io.Copy(conn, channel)
	conn.Close() // nobody who has closed one way goes on reading
	back.Wait()
}

// count counts a connection that begins. The library tells of the end of another one, by its requests, before it hands out what
// the client opens after that.
func (b *Bastion) count(requests <-chan *ssh.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = slices.DeleteFunc(b.open, hasEnded)
	b.open = append(b.open, requests)
	b.peak = max(b.peak, len(b.open))
	b.passed++
}

// hasEnded reports that there are no requests any more. No client sends any on a connection that is forwarded.
func hasEnded(requests <-chan *ssh.Request) bool {
	select {
	case <-requests:
		return true
	default:
		return false
	}
}
