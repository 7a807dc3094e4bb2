// Package transport leads from an inventory's device to a connection with a login on it: it resolves, dials, shakes hands,
// checks the host key and proves the credential. It knows SSH; it does not know command lines.
package transport

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/netver/netver_exporter/logins"
)

// Target is one device to log in to.
type Target struct {
	Name       string // for messages
	Address    string // host:port
	Credential *Credential
	HostKeys   Policy         // what happens if its host key is not known; "": as the client's
	Jump       string         // name of the jump host that leads to it; "": none
	Legacy     bool           // offer algorithms that x/crypto/ssh holds insecure
	Algorithms Algorithms     // what is offered; the zero value is the usual
	Ticket     *logins.Ticket // asked before each login and each secret; nil: everything is permitted

	lasting bool // it is a jump host, whose connection stays
}

// Config is a client's own. The zero value is strict about host keys and knows none.
type Config struct {
	ConnectTimeout time.Duration // TCP connect and SSH handshake up to the login; 0: 5 s
	HostKeys       Policy        // of targets without one of their own; "": strict. If it is Insecure, no file is read
	KnownHosts     []string      // files; the first one learns
	JumpHosts      []JumpHost    // that targets name
	Before         *Client       // the client before this one: of host keys and jump hosts it takes over what is the same; nil: none
	Log            *slog.Logger  // hears of keys that are learned or replaced, of files that turn bad and jump hosts that are full; nil: none
}

// Client dials devices. Make it with New. It may be used by any number of goroutines at once.
type Client struct {
	config  Config
	keys    *HostKeys
	jumps   map[string]*jumpHost
	tries   tries
	closing sync.Once
	lookup  func(ctx context.Context, host string) ([]string, error)
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

// New makes a client and reads its known_hosts files. A file that does not exist is no error: it holds no keys. Lines that
// cannot be used are no error, either: HostKeys().Warnings() names them.
func New(c Config) (*Client, error) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	if c.HostKeys == "" {
		c.HostKeys = Strict
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := checkPolicy(c.HostKeys, c.KnownHosts); err != nil {
		return nil, err
	}
	keys, err := c.hostKeys()
	if err != nil {
		return nil, fmt.Errorf("read known_hosts: %w", err)
	}
	made := &Client{config: c, keys: keys, lookup: lookup, dial: new(net.Dialer).DialContext}
	made.jumps = newJumpHosts(made, c.JumpHosts, c.Before)
	made.config.Before = nil // not to keep each client that there was
	return made, nil
}

// hostKeys takes over the keys of the client before, or reads the files. Nothing is read if nothing is checked.
func (c *Config) hostKeys() (*HostKeys, error) {
	files := c.KnownHosts
	if c.HostKeys == Insecure {
		files = nil
	}
	if c.Before != nil && slices.Equal(c.Before.keys.files, files) {
		return c.Before.keys, c.Before.keys.reload()
	}
	return OpenHostKeys(files, c.Log)
}
