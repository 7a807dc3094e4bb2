package transport

import (
	"context"
	"errors"
	"net"
	"time"

	"golang.org/x/crypto/ssh"
)

var errScanned = errors.New("the host key was seen")

// ShownKey is a key that a host has shown. The zero value is none.
type ShownKey struct{ ssh.PublicKey }

// String is the key as ssh-keygen -l tells it: "ssh-ed25519 SHA256:…".
func (k ShownKey) String() string { return describe(k) }

// Fingerprint is "SHA256:…".
func (k ShownKey) Fingerprint() string { return ssh.FingerprintSHA256(k) }

// Scan returns the host key that the target shows, whatever is known of it. It does not log in, and nothing is learned; at a
// jump host that leads to the target it does log in. The error is a *failure.Error, or what the ticket says.
func (c *Client) Scan(ctx context.Context, t Target) (ShownKey, error) {
	conn, until, err := c.reach(ctx, t, func(string, time.Time) {})
	if err != nil {
		return ShownKey{}, err
	}
	defer conn.Close()
	h := &handshake{client: c, target: t, conn: &headConn{Conn: conn}}
	_ = h.conn.SetDeadline(until)
	unhook := context.AfterFunc(ctx, func() { _ = h.conn.SetDeadline(longAgo) })
	defer unhook()
	var shown ShownKey
	config := h.config(ctx, "", &authenticator{})
	config.HostKeyAlgorithms = t.Algorithms.hostKeys(wish{legacy: t.Legacy})
	config.HostKeyCallback = func(_ string, _ net.Addr, key ssh.PublicKey) error {
		shown = ShownKey{key}
		return errScanned
	}
	if _, _, _, err = ssh.NewClientConn(h.conn, t.Address, config); shown.PublicKey != nil {
		return shown, nil
	}
	return ShownKey{}, h.classify(ctx, &authenticator{}, err)
}

// HostKeys are the keys that the client knows.
func (c *Client) HostKeys() *HostKeys { return c.keys }
