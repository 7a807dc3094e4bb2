package sshcli

import (
	"context"
	"errors"
	"strings"
	"unicode"
)

// Reason is the class of a failure, from the closed list of the reason label.
type Reason string

// The failures that SSH and the session can have. Package poll adds the reasons that arise after the session.
const (
	Resolve        Reason = "resolve"          // the name has no address
	Connect        Reason = "connect"          // TCP refused, unreachable, or reset while connecting
	ConnectTimeout Reason = "connect_timeout"  // TCP or the SSH handshake took longer than connect_timeout
	Negotiation    Reason = "negotiation"      // no algorithm in common
	Handshake      Reason = "handshake"        // the peer is not SSH, or broke off before authentication
	HostKeyUnknown Reason = "host_key_unknown" // no known_hosts line for the device
	HostKeyChanged Reason = "host_key_changed" // known_hosts has another key for the device
	Auth           Reason = "auth"             // the credential was refused
	Session        Reason = "session"          // no channel, PTY or shell to be had
	Prompt         Reason = "prompt"           // no prompt was recognised
	Timeout        Reason = "timeout"          // the poll's deadline passed
	Disconnect     Reason = "disconnect"       // the device closed the connection mid-session
	Command        Reason = "command"          // a required command was refused
	OutputLimit    Reason = "output_limit"     // the device printed more than the limit
)

// Error is a failed dialogue with a device.
type Error struct {
	Reason Reason
	Doing  string // what was attempted, in lower case: "learn the prompt"
	Err    error  // may be nil
}

// longestError bounds a message, in bytes.
const longestError = 1000

// Error is one line that a terminal shows as it is: a server has a part in the words, such as the message with which it
// disconnects.
func (e *Error) Error() string {
	text := e.Doing
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if len(text) > longestError {
		text = text[:longestError] + "…"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

func (e *Error) Unwrap() error { return e.Err }

var (
	errEnded = errors.New("the device ended the session")
	errLimit = errors.New("the device printed more than the limit")
)

// failed classifies an error that arose once the login was done. The context is asked first: what a closed connection
// looks like says nothing when it was closed because the time was up.
func failed(ctx context.Context, doing string, err error) error {
	if _, classified := errors.AsType[*Error](err); classified {
		return err
	}
	switch {
	case errors.Is(err, errLimit):
		return &Error{Reason: OutputLimit, Doing: doing, Err: err}
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return &Error{Reason: Timeout, Doing: doing, Err: err}
	case ctx.Err() != nil:
		return &Error{Reason: Timeout, Doing: doing, Err: ctx.Err()}
	}
	return &Error{Reason: Disconnect, Doing: doing, Err: err}
}
