// Package logins is the one door for logins: it is asked before a login and before every time that a secret is sent, and it
// is told what became of the secret. It keeps a wrong password from locking accounts out.
package logins

// Verdict is what became of a secret that was sent to a device.
type Verdict int

// The verdicts. They speak of the secret, not of the poll.
const (
	NoneSent Verdict = iota // no secret was sent: a key opened, nobody asked, or it did not come that far
	Accepted                // the device let us in after the secret was sent
	Refused                 // the device said no
	Unknown                 // the connection ended, timed out or was cut after the secret was sent
)

// Ticket is the door's permission for the logins of one poll. A nil ticket permits everything and remembers nothing. It
// belongs to one goroutine at a time.
type Ticket struct{}

// MaySend asks whether the credential's password may be sent now. It is asked before each attempt: a password method of
// SSH, an answer to keyboard-interactive, an answer to a question in the session. The error is a *failure.Error that is
// to be returned as it is. After a nil error Tell must follow.
func (t *Ticket) MaySend() error { return nil }

// Tell says what became of the secret that MaySend permitted. A later verdict of the same login corrects an earlier one: a
// question in the session can refuse what the SSH server accepted.
func (t *Ticket) Tell(Verdict) {}

// MayEnable reports whether the enable secret may be sent to the device now.
func (t *Ticket) MayEnable() bool { return true }

// TellEnable says whether the device took the enable secret.
func (t *Ticket) TellEnable(accepted bool) {}
