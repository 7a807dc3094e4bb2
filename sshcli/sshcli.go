// Package sshcli asks a device: dial, host key, authentication, session, clean text.
// It knows SSH and command lines; it does not know what an answer means.
package sshcli

import (
	"context"
	"net"
	"regexp"
	"time"
)

// Target is one device to log in to.
type Target struct {
	Name       string // for messages
	Address    string // host:port
	Credential *Credential
	Legacy     bool // offer algorithms that x/crypto/ssh holds insecure
}

// Dialogue is how to talk in one session and what to ask.
type Dialogue struct {
	Mode     Mode
	Prompt   []*regexp.Regexp // in exec mode: what to go by if the device refuses exec; may be nil then
	Context  []*regexp.Regexp
	Enter    string // "": "\n"
	Gates    []Gate
	Enable   *Enable
	Setup    []string
	Pager    []Gate
	Exit     string
	Login    string // appended to the user name in shell mode
	Commands []string
	Record   bool // keep a Log of the session, secrets redacted
}

// Mode is a way of asking.
type Mode string

// The two ways of asking.
const (
	Exec  Mode = "exec"  // one channel a command
	Shell Mode = "shell" // a PTY with a prompt
)

// Gate is a question of the device and the answer to it.
type Gate struct {
	Ask    *regexp.Regexp
	Answer string // {username}, {password} and {enable} stand for the credential's
	Raw    bool   // send without the line end
}

// Enable tells how to reach the privileged mode.
type Enable struct {
	Command string
	When    *regexp.Regexp
	Ask     *regexp.Regexp
}

// Config is a client's own. The zero value is strict about host keys and knows none.
type Config struct {
	ConnectTimeout time.Duration // TCP connect and SSH handshake up to the login; 0: 5 s
	OutputLimit    int           // bytes that one command may print; 0: 4 MiB
	HostKeys       Policy        // "": strict
	KnownHosts     []string      // files; the first one learns
}

// Client dials devices. Make it with New. It may be used by any number of goroutines at once.
type Client struct {
	config Config
	keys   *hostKeys
	habits habits
	lookup func(ctx context.Context, host string) ([]string, error)
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// New makes a client and reads its known_hosts files, of which errors name the line. A file that does not exist is no
// error: it holds no keys.
func New(c Config) (*Client, error) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	if c.OutputLimit == 0 {
		c.OutputLimit = 4 << 20
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

// Run logs in, asks every command and closes politely. The context's deadline covers all of it. The error is an
// *Error, unless it is a fault in the call itself; the transcript holds what came before it.
func (c *Client) Run(ctx context.Context, t Target, d Dialogue) (Transcript, error) {
	talk, cancel := leaveTimeToClose(ctx)
	defer cancel()
	s, err := c.open(talk, t, d)
	if err == nil {
		err = s.ask(talk, d.Commands)
	}
	s.end(ctx)
	return s.log.take(), err
}

// leaveTimeToClose ends a little before the context does: a session that runs into its deadline is still closed
// politely within it, so that no VTY line stays taken.
func leaveTimeToClose(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, end.Add(-min(farewell, time.Until(end)/10)))
}
