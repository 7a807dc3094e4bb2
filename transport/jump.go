package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
)

// JumpHost is a host through which devices, or other jump hosts, are reached.
type JumpHost struct {
	Name           string
	Target         Target // its Jump is the one before it; its Ticket is not used
	CredentialName string // as the door for logins knows it
	MaxSessions    int    // connections through it at once; 0: any number
}

// jumpHost is a JumpHost at work: one connection that all devices behind it share, made when it is first needed and again
// when it was lost.
type jumpHost struct {
	JumpHost
	client *Client
	places chan struct{} // nil: any number

	mu      sync.Mutex
	link    *Link         // nil: none yet
	dialing chan struct{} // closed when the attempt under way has ended; nil: there is none
	failed  error         // how the latest attempt ended
	users   int           // connections through it, those that are being opened among them
	used    time.Time     // when the latest of them ended
	closing bool          // Close was called
}

func newJumpHosts(c *Client, all []JumpHost) map[string]*jumpHost {
	hosts := make(map[string]*jumpHost, len(all))
	for _, j := range all {
		host := &jumpHost{JumpHost: j, client: c}
		if j.MaxSessions > 0 {
			host.places = make(chan struct{}, j.MaxSessions)
		}
		hosts[j.Name] = host
	}
	return hosts
}

// dial connects to an address through the jump host, which looks the name up itself. It waits for a free session.
func (j *jumpHost) dial(ctx context.Context, t Target) (net.Conn, error) {
	if j.places != nil {
		select {
		case j.places <- struct{}{}:
		case <-ctx.Done():
			return nil, j.error("wait for one of its sessions", ctx.Err())
		}
	}
	j.take()
	conn, err := j.open(ctx, t)
	if err != nil {
		j.release()
	}
	return conn, err
}

// open opens a connection, over a new connection to the jump host if the one that there was is gone.
func (j *jumpHost) open(ctx context.Context, t Target) (net.Conn, error) {
	host, port, err := net.SplitHostPort(t.Address)
	if err != nil {
		return nil, &failure.Error{Reason: failure.Resolve, Doing: "resolve " + t.Address, Err: errors.New("want host:port")}
	}
	number, _ := strconv.ParseUint(port, 10, 16)
	request := ssh.Marshal(struct {
		Host       string
		Port       uint32
		Originator string
		From       uint32
	}{host, uint32(number), "127.0.0.1", 0})
	for fresh := false; ; fresh = true {
		link, err := j.connected(ctx, t)
		if err != nil {
			return nil, err
		}
		ch, requests, err := j.openWithin(ctx, link, request)
		if err == nil {
			// The place is free once the jump host has confirmed the end, or is gone.
			link.Running.Go(func() {
				ssh.DiscardRequests(requests)
				j.release()
			})
			return newTunnel(ch, link.LocalAddr(), link.RemoteAddr()), nil
		}
		if _, said := errors.AsType[*ssh.OpenChannelError](err); said || fresh || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return nil, j.refused(ctx, t, err)
		}
		j.drop(link)
	}
}

// openWithin opens a channel within the connect timeout. One that is open too late is closed.
func (j *jumpHost) openWithin(ctx context.Context, l *Link, request []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	ctx, cancel := context.WithTimeout(ctx, j.client.config.ConnectTimeout)
	defer cancel()
	type opened struct {
		ch       ssh.Channel
		requests <-chan *ssh.Request
		err      error
	}
	done := make(chan opened)
	gaveUp := make(chan struct{})
	l.Running.Go(func() {
		ch, requests, err := l.OpenChannel("direct-tcpip", request)
		select {
		case done <- opened{ch, requests, err}:
		case <-gaveUp:
			if err == nil {
				ch.Close()
				ssh.DiscardRequests(requests)
			}
		}
	})
	select {
	case o := <-done:
		return o.ch, o.requests, o.err
	case <-ctx.Done():
		close(gaveUp)
		return nil, nil, ctx.Err()
	}
}

// refused tells a device that the jump host cannot reach from a jump host that is no use. OpenSSH says "connect failed" with
// the first, and "administratively prohibited" where forwarding is not allowed (RFC 4254, 5.1).
func (j *jumpHost) refused(ctx context.Context, t Target, err error) error {
	no, said := errors.AsType[*ssh.OpenChannelError](err)
	switch {
	case said && no.Reason == ssh.ConnectionFailed:
		return &failure.Error{Reason: failure.Connect, Doing: fmt.Sprintf("connect to %s through jump host %q", t.Address, j.Name), Err: errors.New(no.Message)}
	case said && no.Reason == ssh.Prohibited:
		return j.error("open a connection through it", fmt.Errorf("%w; it may not permit TCP forwarding", err))
	case said:
		return &failure.Error{Reason: failure.Jump, Doing: j.doing("open a connection through it"), Err: err, Transient: true}
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return &failure.Error{Reason: failure.ConnectTimeout, Doing: fmt.Sprintf("connect to %s through jump host %q", t.Address, j.Name), Err: err}
	}
	return &failure.Error{Reason: failure.Jump, Doing: j.doing("open a connection through it"), Err: err, Transient: true}
}

// connected returns the connection to the jump host. One caller makes it, the others wait for the outcome.
func (j *jumpHost) connected(ctx context.Context, t Target) (*Link, error) {
	for {
		j.mu.Lock()
		if j.aliveNow() {
			defer j.mu.Unlock()
			return j.link, nil
		}
		waiting, mine := j.dialing, j.dialing == nil
		if mine {
			j.dialing = make(chan struct{})
		}
		j.mu.Unlock()
		t.Ticket.Yield() // the login at the jump host may need the place
		if mine {
			return j.connect(ctx, t)
		}
		select {
		case <-ctx.Done():
			return nil, j.error("wait for the connection", ctx.Err())
		case <-waiting:
		}
		j.mu.Lock()
		err := j.failed
		j.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

func (j *jumpHost) connect(ctx context.Context, t Target) (*Link, error) {
	link := j.revive(ctx)
	var err error
	if link == nil {
		link, err = j.login(ctx, t)
	}
	if err != nil {
		if e, ok := errors.AsType[*failure.Error](err); !ok || e.Reason != failure.Jump { // of a jump host before this one
			err = j.error("log in", err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.link != nil && j.link != link {
		j.link.Close()
	}
	j.link, j.failed, j.used = link, err, time.Now()
	close(j.dialing)
	j.dialing = nil
	return link, err
}

// login makes the connection, with a ticket of its own.
func (j *jumpHost) login(ctx context.Context, t Target) (*Link, error) {
	ticket, err := t.Ticket.Hop(ctx, j.Name, j.CredentialName)
	if err != nil {
		return nil, err
	}
	own := j.Target
	own.Ticket = ticket
	link, err := j.client.Login(ctx, own, "", func(string, time.Time) {})
	ticket.Close(failure.Of(err))
	return link, err
}

// drop closes a connection that does not serve.
func (j *jumpHost) drop(link *Link) {
	link.Close()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.link == link {
		j.link = nil
	}
}

func (j *jumpHost) error(doing string, err error) error {
	return &failure.Error{Reason: failure.Jump, Doing: j.doing(doing), Err: err}
}

func (j *jumpHost) doing(what string) string { return fmt.Sprintf("jump host %q: %s", j.Name, what) }

// idleLimit is how long a connection may have been idle without being asked for a sign of life before it is used again: one
// that is gone without a word would cost the next device its poll.
const idleLimit = 15 * time.Second

// aliveNow reports whether the connection can be used by one who has been counted already. The mutex is held.
func (j *jumpHost) aliveNow() bool {
	return j.link != nil && j.link.Alive() && (j.users > 1 || time.Since(j.used) < idleLimit)
}

// revive asks an idle connection for a sign of life. It returns nil if there is none.
func (j *jumpHost) revive(ctx context.Context) *Link {
	j.mu.Lock()
	link := j.link
	j.mu.Unlock()
	if link == nil || !link.Alive() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, j.client.config.ConnectTimeout)
	defer cancel()
	unhook := context.AfterFunc(ctx, func() { link.Close() })
	defer unhook()
	if _, _, err := link.SendRequest("keepalive@openssh.com", true, nil); err != nil { // a refusal is a sign of life, too
		return nil
	}
	return link
}

// Close closes the connections to jump hosts as soon as nobody uses them any more. The client must not be used for new
// logins through them afterwards.
func (c *Client) Close() {
	for _, j := range c.jumps {
		j.mu.Lock()
		j.closing = true
		j.closeIdle()
		j.mu.Unlock()
	}
}

// closeIdle closes the connection if it is to be closed and nobody uses it. The mutex is held.
func (j *jumpHost) closeIdle() {
	if j.closing && j.users == 0 && j.link != nil {
		j.link.Close()
		j.link = nil
	}
}

// take counts a connection through the jump host; release takes it back.
func (j *jumpHost) take() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.users++
}

func (j *jumpHost) release() {
	j.mu.Lock()
	j.users--
	j.used = time.Now()
	j.closeIdle()
	j.mu.Unlock()
	if j.places != nil {
		<-j.places
	}
}
