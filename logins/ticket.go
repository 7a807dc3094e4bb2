package logins

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/netver/netver_exporter/failure"
)

// ErrWait means that the poll has to wait for its turn, at the door or at a jump host: it has not failed, and is to be begun again.
var ErrWait = errors.New("wait for the turn to log in")

// Ticket is the door's permission for the logins of one poll. A nil ticket permits everything and remembers nothing. It
// belongs to one goroutine at a time.
type Ticket struct {
	door       *Door
	credential *credential
	account    *account // the credential's when the poll began
	device     string
	interval   time.Duration

	charged   bool        // the next login has been taken from the rate limits
	begun     bool        // a login is under way whose outcome is not counted yet
	canary    bool        // it may send a paused secret
	lapse     *time.Timer // gives the place back if it is not used; nil: it need not be
	doubts    int         // of the account when the place was taken
	alone     bool        // no other place was free then
	sent      bool        // a secret was, in the place that is held
	accepts   int         // of the account when it was
	pending   bool        // and nothing is known of it
	method    string      // by which it was sent
	other     string      // what the device offers beside it
	login     Verdict
	verdict   Verdict // of all logins of the poll, the latest that was not NoneSent
	confirmed bool    // the account knows of it, if it is Accepted
	outdated  bool    // a proof of the credential has run out
	cut       bool    // the poll was broken off, and not by the device
}

// Login asks whether a connection may be made for another login. It waits for the rate limits, within the context. An
// error is ErrWait, or a *failure.Error.
func (t *Ticket) Login(ctx context.Context) error {
	if t == nil {
		return nil
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	t.count()
	if t.spoiled() {
		return &failure.Error{Reason: failure.Auth, Doing: "log in again", Err: errors.New("the device did not accept the password a moment ago")}
	}
	for !t.charged {
		until := t.door.take(t.credential, time.Now())
		if until.IsZero() {
			break
		}
		if end, ok := ctx.Deadline(); ok && until.After(end) {
			return ErrWait
		}
		t.door.mu.Unlock()
		err := await(ctx, nil, until)
		t.door.mu.Lock()
		if err != nil {
			return ErrWait
		}
	}
	t.charged, t.begun, t.login = false, true, NoneSent
	return nil
}

// await waits until it is woken or, if there is a time, until then.
func await(ctx context.Context, woken <-chan struct{}, until time.Time) error {
	var at <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		at = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-woken:
	case <-at:
	}
	return nil
}

// Method is the method by which to offer the password first; "" if any is as good.
func (t *Ticket) Method() string {
	if t == nil {
		return ""
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	if m := t.account.device(t.device).method; m != "" {
		return m
	}
	return t.account.usual
}

// MaySend asks whether the credential's password may be sent now, by a method. It is asked before each attempt: a
// password method of SSH, an answer to keyboard-interactive, an answer to a question in the session. The error is ErrWait
// or a *failure.Error, and is to be returned as it is. After a nil error Tell must follow; a ticket that is closed
// without it takes the verdict for unknown.
func (t *Ticket) MaySend(method string) error {
	if t == nil {
		return nil
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	a := t.account
	known := a.device(t.device)
	switch {
	case t.verdict == Accepted: // another login of the same poll
	case t.spoiled():
		// A second method with the same secret is a second attempt, which only a proven secret is worth, and not one that
		// most devices refuse.
		if !a.proven || a.doubted || a.paused || a.mismatches > a.matches || known.accepted || known.refusals > 0 {
			return &failure.Error{Reason: failure.Auth, Doing: "log in", Err: fmt.Errorf("%s refused", t.method)}
		}
	case t.sent: // another question of the same login
	case a.paused:
		if t.canary = t.canary || a.canary(t.device, t.interval, time.Now()); !t.canary {
			return &failure.Error{Reason: failure.Paused, Doing: "log in", Err: fmt.Errorf("credential %q is paused, and the device asks for its password", t.credential.Name)}
		}
	case !a.roomToSend():
		known.needs = true
		return ErrWait
	}
	known.needs = true
	t.hold()
	t.sent, t.confirmed, t.accepts = true, false, a.accepts
	t.pending, t.method = true, method
	return nil
}

// Tell says what became of the secret that MaySend permitted. A later verdict of the same login corrects an earlier one: a
// question in the session can refuse what the SSH server accepted, and a second factor what the first one did.
func (t *Ticket) Tell(v Verdict) {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	t.pending = false
	if v == NoneSent { // it was not asked for after all
		t.sent = false
		return
	}
	t.login, t.verdict = v, v
}

// Other names a method that the device offers beside the one that it refused: it is tried next time.
func (t *Ticket) Other(method string) {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	t.other = method
}

// Outdated says that a proof of the credential has run out or will soon, such as a certificate: it is worth reading again.
func (t *Ticket) Outdated() {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	t.outdated = true
}

// Cut says that the poll was broken off, and not by the device: the process ends, or a jump host was lost. What is not known of the
// secret then counts only against one that no device has accepted: a server may take each try of it for another refusal.
func (t *Ticket) Cut() {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	t.cut = true
}

// Clean reports that the poll may be tried again: no secret was refused, or may have been.
func (t *Ticket) Clean() bool {
	if t == nil {
		return true
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	return !t.spoiled()
}

// isCanaryOf reports that the poll may try the account's secret, which is paused. The mutex is held.
func (t *Ticket) isCanaryOf(a *account) bool { return t != nil && t.canary && t.account == a }

// Close gives the ticket back. The reason is how the poll ended: a refused login slows the device down, whatever it
// refused.
func (t *Ticket) Close(reason failure.Reason) {
	if t == nil {
		return
	}
	if tell := t.close(reason); tell != nil {
		tell(ownerOf(t.credential.Name))
	}
}

// close is Close up to telling of a refusal, which is not done with the door locked.
func (t *Ticket) close(reason failure.Reason) (tell func(credential string)) {
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	if t.pending {
		t.pending, t.login, t.verdict = false, Unknown, Unknown
	}
	t.count()
	t.settle(reason)
	before, tries, had := t.account.state(), t.account.tries, t.account.holders[t] || t.sent
	switch {
	case t.cut && t.verdict == Unknown && t.account.proven:
	case t.spoiled():
		t.account.refuse(t, time.Now())
	case t.verdict == NoneSent && reason == failure.Auth:
		t.account.slowDown(t, time.Now())
	case t.verdict == NoneSent && reason == "":
		t.account.device(t.device).resetBackOff()
	}
	if t.canary && t.verdict == NoneSent && t.account.paused { // it cannot tell: the next one may, at once
		t.account.next = time.Now()
	}
	if after := t.account.state(); after > before || after != stateProven && t.account.tries > tries || t.canary && after == statePaused {
		select {
		case t.door.worse <- struct{}{}:
		default:
		}
	}
	if t.verdict != Accepted && (had || t.spoiled()) {
		t.account.pass(before)
	}
	t.release()
	if t.verdict == Refused || t.verdict == NoneSent && reason == failure.Auth || t.outdated {
		return t.door.refused
	}
	return nil
}

// spoiled reports that a secret was refused, or may have been.
func (t *Ticket) spoiled() bool { return t.verdict == Refused || t.verdict == Unknown }

// count counts the login under way, once.
func (t *Ticket) count() {
	if t.begun {
		t.begun = false
		t.credential.outcomes[t.login]++
	}
}

// reserve takes a place for a secret that will probably be sent. Where others wait for one it has to be used soon.
func (t *Ticket) reserve() {
	t.hold()
	if a := t.account; !a.paused && a.allowed() < a.most {
		t.lapse = time.AfterFunc(reserved, t.giveWay)
	}
}

// giveWay gives back a place that was not used. The login goes on, and asks for another one when it comes to that.
func (t *Ticket) giveWay() {
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	if !t.sent {
		t.release()
	}
}

// hold takes a place in the window.
func (t *Ticket) hold() {
	a := t.account
	a.holders[t] = true
	t.doubts, t.alone = a.doubts, a.allowed() <= 1
}

// release gives the place back, if there is one.
func (t *Ticket) release() {
	if t.lapse != nil {
		t.lapse.Stop()
	}
	delete(t.account.holders, t)
	t.account.wake()
}
