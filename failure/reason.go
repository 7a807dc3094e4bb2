// Package failure is the closed list of reasons why a poll fails, and the error that carries one.
package failure

import (
	"context"
	"errors"
	"slices"
)

// Reason is the class of a failure: the value of the label reason. "" stands for success.
type Reason string

// The reasons.
const (
	Resolve        Reason = "resolve"          // the name has no address
	Connect        Reason = "connect"          // TCP refused, unreachable, or reset while connecting
	ConnectTimeout Reason = "connect_timeout"  // TCP or the SSH handshake took longer than connect_timeout
	Negotiation    Reason = "negotiation"      // no algorithm in common
	Handshake      Reason = "handshake"        // the peer is not SSH, or broke off before authentication
	HostKeyUnknown Reason = "host_key_unknown" // no known_hosts line for the device
	HostKeyChanged Reason = "host_key_changed" // known_hosts has another key for the device
	HostKeyRevoked Reason = "host_key_revoked" // known_hosts revokes the key, or the authority that signed it
	Auth           Reason = "auth"             // the credential was refused, or the connection ended after a secret was sent
	Session        Reason = "session"          // no channel, PTY or shell to be had
	Prompt         Reason = "prompt"           // no prompt was recognised
	Timeout        Reason = "timeout"          // the poll's deadline passed
	Disconnect     Reason = "disconnect"       // the device closed the connection in the middle of the session
	Command        Reason = "command"          // a required command was refused
	OutputLimit    Reason = "output_limit"     // the device printed more than the limit
	Parse          Reason = "parse"            // the answers held no version
	Paused         Reason = "paused"           // the credential is paused, so the device was not asked
	Jump           Reason = "jump"             // a jump host on the way failed
	Internal       Reason = "internal"         // a limit of our own, or a bug
)

// Reasons is the closed list, in the order of a poll.
var Reasons = []Reason{
	Resolve, Connect, ConnectTimeout, Negotiation, Handshake, HostKeyUnknown, HostKeyChanged, HostKeyRevoked,
	Auth, Session, Prompt, Timeout, Disconnect, Command, OutputLimit, Parse, Paused, Jump, Internal,
}

// Of classifies an error: "" for nil, and always one of Reasons otherwise.
func Of(err error) Reason {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && slices.Contains(Reasons, e.Reason) {
		return e.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Timeout
	}
	return Internal
}
