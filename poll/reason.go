package poll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/netver/netver_exporter/sshcli"
)

// The failures that arise outside the SSH session.
const (
	Parse    sshcli.Reason = "parse"    // the answers held no version
	Paused   sshcli.Reason = "paused"   // the credential is paused, so the device was not asked
	Internal sshcli.Reason = "internal" // a bug of ours
)

// Reasons is the closed list of failure reasons, in the order of a poll.
var Reasons = []sshcli.Reason{
	sshcli.Resolve, sshcli.Connect, sshcli.ConnectTimeout, sshcli.Negotiation, sshcli.Handshake,
	sshcli.HostKeyUnknown, sshcli.HostKeyChanged, sshcli.Auth, sshcli.Session, sshcli.Prompt, sshcli.Timeout,
	sshcli.Disconnect, sshcli.Command, sshcli.OutputLimit, Parse, Paused, Internal,
}

// ReasonOf classifies the error of an Outcome: "" for nil, and always one of Reasons otherwise.
func ReasonOf(err error) sshcli.Reason {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*sshcli.Error](err); ok && slices.Contains(Reasons, e.Reason) {
		return e.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return sshcli.Timeout
	}
	return Internal
}

// pausedError is the failure of a device that is not asked because its credential is paused.
func pausedError(credential string) error {
	return &sshcli.Error{Reason: Paused, Doing: fmt.Sprintf("not asked: credential %q is paused", credential)}
}

// panicError is a panic of ours while a device was polled.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// worthRetry reports a failure that a second try soon after often mends: a server that sheds load resets the
// connection or has no session free for a moment. Refused credentials and timeouts would only cost more.
func worthRetry(err error) bool {
	switch ReasonOf(err) {
	case sshcli.Session:
		return true
	case sshcli.Connect, sshcli.Handshake:
		return errors.Is(err, syscall.ECONNRESET)
	}
	return false
}
