package logins

import (
	"context"
	"fmt"
	"strings"

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

// hopPrefix begins the names by which the door knows jump hosts.
const hopPrefix = "jump host "

func isHop(name string) bool { return strings.HasPrefix(name, hopPrefix) }

// Hop asks for a login at a jump host on the way of the poll, which may have another credential, and waits for it within
// the context. A poll that may try a paused secret may do so at the jump host, too, or nobody would ever get to the devices behind
// it. The ticket that it returns has to be closed. The error is a *failure.Error.
func (t *Ticket) Hop(ctx context.Context, host, credential string) (*Ticket, error) {
	if t == nil {
		return nil, nil
	}
	r := Request{Device: hopPrefix + host, Credential: credential, Interval: t.interval, via: t}
	for {
		woken := make(chan struct{}, 1)
		hop, decision, until := t.door.Enter(r, func() { woken <- struct{}{} })
		switch decision {
		case Go:
			return hop, nil
		case Paused:
			return nil, hopError(host, fmt.Errorf("credential %q is paused", credential))
		case BackOff:
			return nil, hopError(host, fmt.Errorf("it refused the login, and is left alone until %s", until.UTC().Format("15:04:05 MST")))
		}
		if err := await(ctx, woken, until); err != nil {
			return nil, hopError(host, fmt.Errorf("wait for the turn to log in: %w", err))
		}
	}
}

func hopError(host string, err error) error {
	return &failure.Error{Reason: failure.Jump, Doing: fmt.Sprintf("log in at jump host %q", host), Err: err}
}
