package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
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
	client   *Client // the first one that uses it
	sessions sessions

	mu      sync.Mutex
	link    *Link         // nil: none yet
	dialing chan struct{} // closed when the attempt under way has ended; nil: there is none
	wakes   []func()      // of polls that wait for its end before they begin
	failed  error         // how the latest attempt ended
	tried   time.Time     // when that was, if it counts for those who come a moment later
	used    time.Time     // when the latest connection through it ended
	clients int           // that use it and have not been closed
}

// newJumpHosts makes the client's jump hosts. Those that a client before has just so are taken over, with their connection
// and all that goes through it.
func newJumpHosts(c *Client, all []JumpHost, before *Client) map[string]*jumpHost {
	written := make(map[string]JumpHost, len(all))
	for _, j := range all {
		written[j.Name] = j
	}
	hosts := make(map[string]*jumpHost, len(all))
	for _, j := range all {
		host := before.jumpHostLike(j, written, c)
		if host == nil {
			host = &jumpHost{JumpHost: j, client: c, sessions: sessions{most: j.MaxSessions}}
		}
		host.mu.Lock()
		host.clients++
		host.mu.Unlock()
		hosts[j.Name] = host
	}
	return hosts
}

// jumpHostLike is the client's jump host that another client would reach, log in to and check in the same way, by the same
// jump hosts before it; nil if there is none.
func (c *Client) jumpHostLike(j JumpHost, written map[string]JumpHost, other *Client) *jumpHost {
	if c == nil || c.keys != other.keys || c.config.ConnectTimeout != other.config.ConnectTimeout {
		return nil
	}
	host, ok := c.jumps[j.Name]
	if !ok || !host.Target.Credential.Identity().Equal(j.Target.Credential.Identity()) || c.policy(host.Target) != other.policy(j.Target) {
		return nil
	}
	was, is := host.JumpHost, j
	was.Target.Credential, is.Target.Credential = nil, nil
	was.Target.HostKeys, is.Target.HostKeys = "", ""
	if !reflect.DeepEqual(was, is) {
		return nil
	}
	if first, ok := written[j.Target.Jump]; ok && c.jumpHostLike(first, written, other) == nil {
		return nil
	}
	return host
}

// Reserve takes a place at a jump host for the next connection to a target, by its name, if it needs one as far as is known. It returns
// nil if there is none at the jump host, or at one that leads to it and has no connection to it yet, or while the jump host is being
// connected to: then wake is called once, from within the client, when it may be worth asking again. What free is called for is given
// back if no connection has taken it.
func (c *Client) Reserve(jump, target string, needs bool, wake func()) (free func()) {
	host, known := c.jumps[jump]
	if !known {
		return func() {}
	}
	if needs && host.awaits(wake) {
		return nil
	}
	for at := host; needs && !at.underWay(); {
		if at, known = c.jumps[at.Target.Jump]; !known {
			break
		}
		if !at.sessions.vacant(wake) {
			return nil
		}
	}
	if !host.sessions.reserve(target, needs, wake) {
		return nil
	}
	return func() { host.sessions.forgo(target) }
}

// dial connects to an address through the jump host, which looks the name up itself. It waits for a free session, unless the poll
// can be begun again: then the error is logins.ErrWait.
func (j *jumpHost) dial(ctx context.Context, t Target) (net.Conn, error) {
	for {
		asked, err := j.sessions.take(ctx, t)
		if errors.Is(err, logins.ErrWait) {
			return nil, err
		}
		if err != nil {
			return nil, j.error("wait for one of its sessions", err)
		}
		conn, err := j.open(ctx, t)
		if err == nil {
			return conn, nil
		}
		if no, said := errors.AsType[*ssh.OpenChannelError](err); !said || no.Reason != ssh.ResourceShortage {
			j.release(t)
			return nil, err
		}
		most := j.sessions.shrink(t)
		if most == 0 {
			return nil, err
		}
		j.client.config.Log.Info("jump host takes no more connections at once than it has now; others wait", "jump", j.Name, "sessions", most)
		if asked {
			return nil, logins.ErrWait
		}
	}
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
		no, said := errors.AsType[*ssh.OpenChannelError](err)
		switch {
		case err == nil, said && no.Reason == ssh.ConnectionFailed: // it serves us
			link.settle("")
		case said:
			link.settle(failure.Session)
		case errors.Is(err, errSilent):
			link.settle(failure.Timeout)
		case !link.Alive():
			link.settle(failure.Disconnect)
		}
		if err == nil {
			// The place is free once the jump host has confirmed the end, or is gone.
			ended := make(chan struct{})
			link.Running.Go(func() {
				ssh.DiscardRequests(requests)
				j.release(t)
				close(ended)
			})
			return newTunnel(ch, ended, j, link), nil
		}
		if errors.Is(err, errSilent) {
			j.drop(link)
			return nil, j.error("open a connection through it", err)
		}
		if said || fresh || errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return nil, j.refused(ctx, t, err)
		}
		j.drop(link)
	}
}

// errSilent says that a jump host is gone without a word.
var errSilent = errors.New("it does not answer any more")

// openWithin opens a channel within the connect timeout. One that is open too late is closed. Where it takes long, the jump
// host is asked for a sign of life, to tell a device that does not answer from a jump host that does not.
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
	end, _ := ctx.Deadline()
	patience := time.NewTimer(time.Until(end) / 2)
	defer patience.Stop()
	lives := make(chan struct{})
	asked := false
	for {
		select {
		case o := <-done:
			return o.ch, o.requests, o.err
		case <-patience.C:
			asked = true
			go func() {
				if l.showsLife() {
					close(lives)
				}
			}()
		case <-ctx.Done():
			close(gaveUp)
			select {
			case <-lives:
			default:
				if asked && errors.Is(ctx.Err(), context.DeadlineExceeded) {
					return nil, nil, errSilent
				}
			}
			return nil, nil, ctx.Err()
		}
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
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return &failure.Error{Reason: failure.ConnectTimeout, Doing: fmt.Sprintf("connect to %s through jump host %q", t.Address, j.Name), Err: err}
	}
	return &failure.Error{Reason: failure.Jump, Doing: j.doing("open a connection through it"), Err: err, Transient: true}
}

func (j *jumpHost) error(doing string, err error) error {
	return &failure.Error{Reason: failure.Jump, Doing: j.doing(doing), Err: err}
}

func (j *jumpHost) doing(what string) string { return fmt.Sprintf("jump host %q: %s", j.Name, what) }
