package transport

import (
	"context"
	"errors"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
)

// sharesFailure is how long a failed attempt counts for those who come, as it does for those who waited for it: many may have waited
// for a place meanwhile, and would otherwise have an attempt each. It is over before a poll is tried again.
const sharesFailure = 250 * time.Millisecond

// connected returns the connection to the jump host. One caller makes it, the others wait for the outcome.
func (j *jumpHost) connected(ctx context.Context, t Target) (*Link, error) {
	for {
		j.mu.Lock()
		if j.aliveNow() {
			defer j.mu.Unlock()
			return j.link, nil
		}
		if j.dialing == nil && time.Since(j.tried) < sharesFailure {
			defer j.mu.Unlock()
			return nil, j.failed
		}
		waiting, mine := j.dialing, j.dialing == nil
		if mine {
			j.dialing = make(chan struct{})
		}
		j.mu.Unlock()
		t.Ticket.Yield() // the login at the jump host may need the place
		if mine {
			return j.connect(ctx, t)
		}
		select {
		case <-ctx.Done():
			return nil, j.error("wait for the connection", ctx.Err())
		case <-waiting:
		}
		j.mu.Lock()
		err := j.failed
		j.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

func (j *jumpHost) connect(ctx context.Context, t Target) (*Link, error) {
	link := j.revive(ctx)
	var err error
	if link == nil {
		link, err = j.login(ctx, t)
	}
	if err != nil {
		if e, ok := errors.AsType[*failure.Error](err); !ok || e.Reason != failure.Jump { // of a jump host before this one
			err = j.error("log in", err)
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.link != link {
		if j.link != nil {
			j.link.Close()
		}
		j.sessions.bound(j.MaxSessions) // a new connection may have more room
	}
	j.link, j.failed, j.used = link, err, time.Now()
	if ctx.Err() != nil { // that the time of this poll was over says nothing to those that wait
		j.failed = nil
	}
	if j.failed != nil && !errors.Is(err, logins.ErrWait) {
		j.tried = j.used
	}
	close(j.dialing)
	j.dialing = nil
	for _, wake := range j.wakes {
		wake()
	}
	j.wakes = nil
	return link, err
}

// awaits reports that the jump host is being connected to, and notes who waits for the outcome.
func (j *jumpHost) awaits(wake func()) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.dialing == nil {
		return false
	}
	j.wakes = append(j.wakes, wake)
	return true
}

// login makes the connection, with a ticket of its own.
func (j *jumpHost) login(ctx context.Context, t Target) (*Link, error) {
	ticket, err := t.Ticket.Hop(ctx, j.Name, j.CredentialName)
	if err != nil {
		return nil, err
	}
	own := j.Target
	own.Ticket, own.lasting = ticket, true
	link, err := j.client.Login(ctx, own, "", func(string, time.Time) {})
	if err != nil {
		ticket.Close(failure.Of(err))
		return nil, err
	}
	j.client.config.Log.Info("logged in to a jump host", "jump", j.Name, "address", j.Target.Address)
	link.ticket = ticket
	link.Running.Go(func() { // whatever else becomes of it
		<-link.gone
		link.settle(failure.Disconnect)
	})
	return link, nil
}

// drop closes a connection that does not serve.
func (j *jumpHost) drop(link *Link) {
	link.Close()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.link == link {
		j.link = nil
	}
}

// idleLimit is how long a connection may have been idle without being asked for a sign of life before it is used again: one
// that is gone without a word would cost the next device its poll.
const idleLimit = 15 * time.Second

// aliveNow reports whether the connection can be used by one who has been counted already. The mutex is held.
func (j *jumpHost) aliveNow() bool {
	return j.link != nil && j.link.Alive() && (j.sessions.now() > 1 || time.Since(j.used) < idleLimit)
}

// underWay reports that the connection stands, as far as is known, or is being made.
func (j *jumpHost) underWay() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.dialing != nil || j.link != nil && j.link.Alive()
}

// revive asks an idle connection for a sign of life. It returns nil if there is none.
func (j *jumpHost) revive(ctx context.Context) *Link {
	j.mu.Lock()
	link := j.link
	j.mu.Unlock()
	if link == nil || !link.Alive() || !j.stands(ctx, link) {
		return nil
	}
	return link
}

// stands asks for a sign of life on a connection to the jump host, and closes it if there is none within the connect timeout.
func (j *jumpHost) stands(ctx context.Context, link *Link) bool {
	ctx, cancel := context.WithTimeout(ctx, j.client.config.ConnectTimeout)
	defer cancel()
	unhook := context.AfterFunc(ctx, func() { link.Close() })
	defer unhook()
	return link.showsLife()
}

// Close closes the connections to jump hosts as soon as nobody uses them any more: no connection through them, and no client
// that has taken them over. The client must not be used for new logins through them afterwards.
func (c *Client) Close() {
	c.closing.Do(func() {
		for _, j := range c.jumps {
			j.mu.Lock()
			j.clients--
			j.closeIdle()
			j.mu.Unlock()
		}
	})
}

// closeIdle closes the connection if no client and no connection uses it. The mutex is held.
func (j *jumpHost) closeIdle() {
	if j.clients == 0 && j.sessions.now() == 0 && j.link != nil {
		j.link.Close()
		j.link = nil
	}
}

// release takes note of the end of a connection to a target through the jump host.
func (j *jumpHost) release(t Target) {
	j.sessions.release(t)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.used = time.Now()
	j.closeIdle()
}

// Crowded reports that more than half of the sessions of a jump host on the way to a target are taken, so that none should be kept
// for later.
func (c *Client) Crowded(t Target) bool {
	for j := c.jumps[t.Jump]; j != nil; j = c.jumps[j.Target.Jump] {
		if j.sessions.crowded() {
			return true
		}
	}
	return false
}
