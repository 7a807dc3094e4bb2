// Package transport leads from an inventory's device to a connection with a login on it: it resolves, dials, shakes hands,
// checks the host key and proves the credential. It knows SSH; it does not know command lines.
package transport

import (
	"context"
	"net"
	"time"

	"github.com/netver/netver_exporter/logins"
)

// Target is one device to log in to.
type Target struct {
	Name       string // for messages
	Address    string // host:port
	Credential *Credential
	Legacy     bool           // offer algorithms that x/crypto/ssh holds insecure
	Ticket     *logins.Ticket // asked before each login and each secret; nil: everything is permitted
}

// Config is a client's own. The zero value is strict about host keys and knows none.
type Config struct {
	ConnectTimeout time.Duration // TCP connect and SSH handshake up to the login; 0: 5 s
	HostKeys       Policy        // "": strict
	KnownHosts     []string      // files; the first one learns
}

// Client dials devices. Make it with New. It may be used by any number of goroutines at once.
type Client struct {
	config Config
	keys   *hostKeys
	lookup func(ctx context.Context, host string) ([]string, error)
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// New makes a client and reads its known_hosts files, of which errors name the line. A file that does not exist is no
// error: it holds no keys.
func New(c Config) (*Client, error) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	if c.HostKeys == "" {
		c.HostKeys = Strict
	}
	keys, err := loadHostKeys(c.HostKeys, c.KnownHosts)
	if err != nil {
		return nil, err
	}
	return &Client{config: c, keys: keys, lookup: lookup, dial: new(net.Dialer).DialContext}, nil
}
