package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/netver/netver_exporter/failure"
)

// reach resolves the target's name and connects to the first of its addresses that answers. Each of both steps has
// the connect timeout to itself; until is when the connect timeout ends, for the handshake that follows.
func (c *Client) reach(ctx context.Context, t Target, phase Phase) (conn net.Conn, until time.Time, err error) {
	if t.Jump != "" {
		return c.reachThrough(ctx, t, phase)
	}
	host, port, err := net.SplitHostPort(t.Address)
	if err != nil {
		return nil, until, &failure.Error{Reason: failure.Resolve, Doing: "resolve " + t.Address, Err: errors.New("want host:port")}
	}
	addresses, err := c.resolve(ctx, host)
	phase("resolve", time.Now())
	if err != nil {
		return nil, until, err
	}
	until = c.connectUntil(ctx)
	conn, err = c.connect(ctx, addresses, port, until)
	phase("connect", time.Now())
	return conn, until, err
}

// connectUntil is when a connect timeout that begins now ends: with the context at the latest.
func (c *Client) connectUntil(ctx context.Context) time.Time {
	until := time.Now().Add(c.config.ConnectTimeout)
	if end, ok := ctx.Deadline(); ok && end.Before(until) {
		return end
	}
	return until
}

// reachThrough connects to the target through its jump host. The time that the jump host itself takes is not the device's: the connect
// timeout is that of the connection from there on.
func (c *Client) reachThrough(ctx context.Context, t Target, phase Phase) (conn net.Conn, until time.Time, err error) {
	host, known := c.jumps[t.Jump]
	if !known {
		return nil, until, &failure.Error{Reason: failure.Jump, Doing: fmt.Sprintf("jump host %q is not known", t.Jump)}
	}
	conn, err = host.dial(ctx, t)
	phase("connect", time.Now())
	until = c.connectUntil(ctx)
	return conn, until, err
}

// resolve returns the addresses of a host, or the host itself if it is one.
func (c *Client) resolve(ctx context.Context, host string) ([]string, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{host}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.ConnectTimeout)
	defer cancel()
	addresses, err := c.lookup(ctx, host)
	if err == nil && len(addresses) == 0 {
		err = errors.New("the name has no address")
	}
	if failure.OwnLimit(err) {
		return nil, &failure.Error{Reason: failure.Internal, Doing: "resolve " + host, Err: err, Transient: true}
	}
	if err != nil {
		return nil, &failure.Error{Reason: failure.Resolve, Doing: "resolve " + host, Err: err}
	}
	return addresses, nil
}

// connect tries the addresses in turn. None of them may use up the time of those after it.
func (c *Client) connect(ctx context.Context, addresses []string, port string, until time.Time) (net.Conn, error) {
	var first error
	for i, address := range addresses {
		share := time.Until(until) / time.Duration(len(addresses)-i)
		conn, err := c.connectTo(ctx, net.JoinHostPort(address, port), share)
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	reason, transient := failure.Connect, false
	if failure.OwnLimit(first) {
		reason, transient = failure.Internal, true
	} else if timedOut(first) || ctx.Err() != nil {
		reason = failure.ConnectTimeout
	}
	doing := "connect"
	if op, ok := errors.AsType[*net.OpError](first); ok && op.Addr != nil { // says "dial tcp" and "connect" once more
		doing, first = "connect to "+op.Addr.String(), op.Err
		if call, ok := errors.AsType[*os.SyscallError](first); ok {
			first = call.Err
		}
	}
	return nil, &failure.Error{Reason: reason, Doing: doing, Err: first, Transient: transient || errors.Is(first, syscall.ECONNRESET)}
}

func (c *Client) connectTo(ctx context.Context, address string, share time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, share)
	defer cancel()
	return c.dial(ctx, "tcp", address)
}

// timedOut also takes the system's own verdict on a connection attempt, which may come before ours.
func timedOut(err error) bool {
	ne, ok := errors.AsType[net.Error](err)
	return ok && ne.Timeout() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT)
}

func lookup(ctx context.Context, host string) ([]string, error) {
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if failure.OwnLimit(err) {
		return nil, err
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return nil, errors.New(e.Err) // the name is told already, and the server's address helps nobody
	}
	if err != nil {
		return nil, fmt.Errorf("look up the name: %w", err)
	}
	return found, nil
}
