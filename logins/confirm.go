package logins

import "github.com/netver/netver_exporter/failure"

// Confirm says that the session is open: there is a prompt, or a command was answered. Nothing can correct an acceptance any
// more. Only now, or as the ticket is closed after a good poll, does the door take it for one: there are devices whose SSH server
// lets everybody in, and that ask for the password in the session, or check there the one that was given. A place that was not
// used until now is free for others.
func (t *Ticket) Confirm() {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	t.confirm()
	if !t.sent {
		t.release()
	}
}

func (t *Ticket) confirm() {
	if t.verdict == Accepted && !t.confirmed {
		t.confirmed = true
		before := t.account.state()
		t.account.accept(t.device, t.method)
		t.account.pass(before)
		t.release()
	}
}

// unopened reports that the SSH server has accepted the secret, and that no session has come of it so far.
func (t *Ticket) unopened() bool { return t.verdict == Accepted && !t.confirmed }

// settle gives a poll that has ended its last verdict. What the SSH server accepted may have been refused where no session
// came of it: it was, if the device says so, and may have been if the connection just ended. Timeouts speak against a secret
// only while no device has accepted it; a channel that is not free and a prompt that is not known never do.
func (t *Ticket) settle(reason failure.Reason) {
	switch {
	case reason == "":
		t.confirm()
	case !t.unopened(), reason == failure.Session, reason == failure.Prompt:
	case reason == failure.Auth:
		t.verdict = Refused
	case reason == failure.Disconnect, !t.account.proven:
		t.verdict = Unknown
	}
}
