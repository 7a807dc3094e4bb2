package logins

import (
	"context"
	"strings"
	"time"
)

// enableSuffix makes the name by which the door knows the enable secret of a credential: AAA servers count its refusals as they count
// those of passwords, so it has a window and a circuit breaker as well.
const enableSuffix = "\x00enable"

// withEnable adds the enable secrets to the credentials.
func withEnable(credentials []Credential) []Credential {
	all := credentials[:len(credentials):len(credentials)]
	for _, c := range credentials {
		if !c.Enable.IsZero() {
			all = append(all, Credential{Name: c.Name + enableSuffix, Identity: c.Enable, Password: true})
		}
	}
	return all
}

// isEnable reports that a name stands for an enable secret.
func isEnable(name string) bool { return strings.HasSuffix(name, enableSuffix) }

// ownerOf is the credential that a secret belongs to which the door knows by a name.
func ownerOf(name string) string { return strings.TrimSuffix(name, enableSuffix) }

// Enable asks whether the enable secret may be sent to the device, and waits for its turn half of the context's time at most. The ticket
// that it returns is asked before the secret is sent, told of the verdict and closed as that of a login. Without an enable secret
// nothing has to be asked: the ticket is nil, which permits everything.
func (t *Ticket) Enable(ctx context.Context) (enable *Ticket, may bool) {
	if t == nil || t.credential.Enable.IsZero() {
		return nil, true
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	enable, decision, _ := t.door.wait(ctx, Request{Device: t.device, Credential: t.credential.Name + enableSuffix, Interval: t.interval})
	return enable, decision == Go
}
