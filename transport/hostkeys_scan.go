package transport

import (
	"context"
	"errors"
	"net"

	"golang.org/x/crypto/ssh"
)

var errScanned = errors.New("the host key was seen")

// Scan returns the host key that the target shows, whatever is known of it. It does not log in, and nothing is learned. The
// error is a *failure.Error.
func (c *Client) Scan(ctx context.Context, t Target) (ssh.PublicKey, error) {
	conn, until, err := c.reach(ctx, t, func(string) {})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	h := &handshake{client: c, target: t, conn: &headConn{Conn: conn}}
	_ = h.conn.SetDeadline(until)
	unhook := context.AfterFunc(ctx, func() { _ = h.conn.SetDeadline(longAgo) })
	defer unhook()
	var shown ssh.PublicKey
	config := h.config(ctx, "", &authenticator{})
	config.HostKeyAlgorithms = t.Algorithms.hostKeys(wish{legacy: t.Legacy})
	config.HostKeyCallback = func(_ string, _ net.Addr, key ssh.PublicKey) error {
		shown = key
		return errScanned
	}
	if _, _, _, err = ssh.NewClientConn(h.conn, t.Address, config); shown != nil {
		return shown, nil
	}
	return nil, h.classify(ctx, &authenticator{}, err)
}

// HostKeys are the keys that the client knows.
func (c *Client) HostKeys() *HostKeys { return c.keys }
