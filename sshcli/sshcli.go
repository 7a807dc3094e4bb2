// Package sshcli asks a device: dial, host key, authentication, session, clean text.
// It knows SSH and command lines; it does not know what an answer means.
package sshcli

import (
	"context"
	"regexp"
	"time"

	"github.com/netver/netver_exporter/secret"
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
	Prompt   []*regexp.Regexp
	Context  []*regexp.Regexp
	Enter    string
	Gates    []Gate
	Enable   *Enable
	Setup    []string
	Pager    []Gate
	Exit     string
	Login    string
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

// Credential proves who we are. Make it with NewCredential.
type Credential struct {
	Username string
	Password secret.Value
	Enable   secret.Value
}

// Transcript is what came of a dialogue. After an error it holds what came before it.
type Transcript struct {
	Server  string   // the server's version line, "SSH-2.0-…"
	Prompt  string   // as learned; "" in exec mode
	Answers []Answer // one for each command that was answered, in order
	Phases  []Phase  // how the time was spent, in order
	Log     []Event  // only with Dialogue.Record
}

// Answer is one command's output: cleaned, without echo and prompt.
type Answer struct {
	Command string
	Text    string
}

// Phase is a part of a dialogue: resolve, connect, handshake (with authentication), session, setup, command, close.
type Phase struct {
	Name     string
	Duration time.Duration
}

// Event is something sent to or received from the device, for people who debug a session. Secrets are redacted.
type Event struct {
	At   time.Duration // since the start
	Sent bool          // false: received
	Text string
}

// Run logs in, asks every command and closes politely. The context's deadline covers all of it. The error is an
// *Error, unless it is a fault in the call itself.
func (c *Client) Run(ctx context.Context, t Target, d Dialogue) (Transcript, error) { panic("todo") }

// Client dials devices.
type Client struct{}
