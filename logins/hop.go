package logins

import (
	"context"
	"fmt"

	"github.com/netver/netver_exporter/failure"
)

// Yield gives a place in the window back that nothing was sent with yet: the poll waits for something that may need the
// place itself, such as the login at a jump host. MaySend takes one again.
func (t *Ticket) Yield() {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	if !t.pending {
		t.release()
	}
}

// Hop asks for a login at a jump host on the way of the poll, which may have another credential, and waits for it within
// the context. A poll that may try a paused secret may do so at the jump host, too, or nobody would ever get to the devices behind
// it. The ticket that it returns has to be closed. The error is a *failure.Error.
func (t *Ticket) Hop(ctx context.Context, host, credential string) (*Ticket, error) {
	if t == nil {
		return nil, nil
	}
	r := Request{Device: "jump host " + host, Credential: credential, Interval: t.interval, via: t}
	hop, decision, until := t.door.wait(ctx, r)
	switch decision {
	case Paused:
		return nil, hopError(host, fmt.Errorf("credential %q is paused", credential))
	case BackOff:
		return nil, hopError(host, fmt.Errorf("it refused the login, and is left alone until %s", until.UTC().Format("15:04:05 MST")))
	case Wait:
		return nil, hopError(host, fmt.Errorf("wait for the turn to log in: %w", ctx.Err()))
	}
	return hop, nil
}

func hopError(host string, err error) error {
	return &failure.Error{Reason: failure.Jump, Doing: fmt.Sprintf("log in at jump host %q", host), Err: err}
}
