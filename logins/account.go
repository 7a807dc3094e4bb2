package logins

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// mostTries is how many times a secret that no device has accepted yet may be refused before it is paused.
	mostTries = 4
	// mostStrong different devices that accepted the secret before and refuse it now, with no device accepting it in
	// between, pause it: it was changed on the servers.
	mostStrong = 3
	// mostInARow devices that never accepted the secret and refuse it one after the other, each asked after the answer of
	// the one before, pause it although some device has accepted it: that one has the wrong secret by chance.
	mostInARow = 10
	// longestBackOff bounds the back-off of a device that refuses alone.
	longestBackOff = time.Hour
	// reserved is how long a login keeps its place before it has sent the secret, where others wait for one: a device that
	// hangs before it asks for the password must not hold up the fleet.
	reserved = time.Second
)

// account is what is known of one secret: a window of logins in flight, as in TCP's slow start, and a circuit breaker.
// The door's mutex guards it.
type account struct {
	log      *slog.Logger
	names    []string // of the credentials that have the secret, sorted
	identity Identity
	devices  map[string]*deviceState

	most    int              // the largest window: the number of workers
	window  int              // logins that may be in flight with the secret
	holders map[*Ticket]bool // those that have a place in the window
	proven  bool             // a device has accepted the secret
	follows bool             // it took the place of one that was refused, and no device has accepted it
	usual   string           // the method to try first at a device of which nothing is known
	doubted bool             // a device has newly refused it since the latest acceptance: one new login at a time
	doubts  int              // how often doubted was set, to tell the logins that began before from those after

	accepts             int // how often the secret was accepted
	matches, mismatches int // devices that accepted the secret, and that refused it without having accepted it before

	tries  int             // refusals since the latest acceptance
	inARow int             // of them, by devices that never accepted it, each asked after the answer of the one before
	strong map[string]bool // devices that refused since the latest acceptance and had accepted before

	paused  bool            // the circuit breaker is open
	asked   map[string]bool // devices that were the canary since then
	next    time.Time       // no canary before
	waiting []func()        // called once when it may be worth asking again

	fleet       *Fleet // nil: no other process uses the secret
	fingerprint string // for other processes
	turn        uint64 // of the processes that try the secret

	digesting    sync.Once
	salt, digest []byte // by which the identity is known again after a restart
	iterations   int    // of the digest
}

// deviceState is what is known of the credential at one device.
type deviceState struct {
	hop       bool   // it is a jump host
	accepted  bool   // the device has accepted this very secret
	needs     bool   // the device wanted the secret although a key was tried first
	method    string // by which the secret was accepted, or is to be tried next; "": not known
	refusals  int    // in a row, unknown verdicts among them
	unsent    bool   // the latest of them came without the secret
	notBefore time.Time
}

func (d *deviceState) resetBackOff() { d.refusals, d.unsent, d.notBefore = 0, false, time.Time{} }

func newAccount(log *slog.Logger, identity Identity) *account {
	return &account{
		log: log, identity: identity, window: 1, holders: make(map[*Ticket]bool),
		devices: make(map[string]*deviceState), strong: make(map[string]bool), asked: make(map[string]bool),
	}
}

// label is the value of the attribute credential in the log.
func (a *account) label() string {
	return strings.ReplaceAll(strings.Join(a.names, ","), enableSuffix, " (enable)")
}

func (a *account) device(name string) *deviceState {
	d, ok := a.devices[name]
	if !ok {
		d = new(deviceState)
		a.devices[name] = d
	}
	return d
}

// hasDevices reports whether others than jump hosts have the secret.
func (a *account) hasDevices() bool {
	for _, d := range a.devices {
		if !d.hop {
			return true
		}
	}
	return false
}

// allowed is how many logins may be in flight with the secret.
func (a *account) allowed() int {
	switch {
	case a.paused:
		return 0
	case a.doubted:
		return 1
	}
	return a.window
}

// room reports whether another login may begin.
func (a *account) room() bool {
	if a.others() {
		return false
	}
	return !a.doubted && len(a.holders) < a.window || a.taken(func(*Ticket) bool { return true }) < a.allowed()
}

// roomToSend reports whether the secret may be sent once more.
func (a *account) roomToSend() bool {
	return !a.others() && a.taken(func(t *Ticket) bool { return t.sent }) < a.allowed()
}

// taken counts places. While the secret is doubted, the logins that began before do not count: what they have sent cannot be
// undone, and one that hangs must not hold up the others.
func (a *account) taken(counts func(*Ticket) bool) (n int) {
	for t := range a.holders {
		if counts(t) && (!a.doubted || t.doubts == a.doubts) {
			n++
		}
	}
	return n
}

// accept takes that a device or a jump host let us in with the secret. A jump host may ask another server than the devices do: it
// proves nothing of a secret that devices have, too.
func (a *account) accept(name, method string) {
	d := a.device(name)
	d.resetBackOff()
	first := !d.accepted
	d.accepted, d.method = true, method
	if d.hop && a.hasDevices() {
		return
	}
	if first {
		a.matches++
	}
	a.usual = method
	a.proven, a.follows, a.doubted = true, false, false
	a.tries, a.inARow = 0, 0
	a.accepts++
	clear(a.strong)
	if a.paused {
		a.resume()
		a.log.Info("credential is in use again: a device accepted it", "credential", a.label(), "device", name)
	}
	a.window = min(2*a.window, a.most)
}

// refuse takes that a device refused the secret, or that nobody knows.
func (a *account) refuse(t *Ticket, now time.Time) {
	d := a.device(t.device)
	newly := d.refusals == 0
	d.unsent = false
	// A device that has accepted the secret and lost the connection once is not left alone: it may have rebooted.
	if d.refusals++; t.verdict == Refused || !d.accepted || !newly {
		d.notBefore = now.Add(backOff(d.refusals, t.interval))
	}
	if t.other != "" {
		d.method = t.other
		if !a.proven {
			a.usual = t.other
		}
	}
	if a.paused || a.proven && !newly {
		return
	}
	if t.verdict == Unknown && t.accepts != a.accepts { // devices that hang say nothing against a secret that was accepted meanwhile
		return
	}
	a.tries++
	if d.accepted {
		a.strong[t.device] = true
		a.window = max(1, a.window/2)
		if !a.doubted {
			a.doubted = true
			a.doubts++
		}
	} else {
		if a.mismatches++; a.mismatches > a.matches {
			a.window = max(1, a.window/2)
		}
		if t.alone {
			a.inARow++
		}
	}
	if !a.proven && a.tries >= mostTries || len(a.strong) >= mostStrong || a.inARow >= a.mostInARow() {
		a.pause(now, t.interval)
	}
}

// slowDown leaves a device alone that refused a login without having had the secret.
func (a *account) slowDown(t *Ticket, now time.Time) {
	d := a.device(t.device)
	d.refusals++
	d.unsent = true
	d.notBefore = now.Add(backOff(d.refusals, t.interval))
}

// takeOtherKeys takes that the keys that are tried before the secret are other ones: who refused the former, or wanted the secret
// beside them, is asked anew.
func (a *account) takeOtherKeys() {
	for _, d := range a.devices {
		if d.needs = false; d.unsent {
			d.resetBackOff()
		}
	}
}

// wake calls those who wait, if it may be worth asking again. The mutex is held: a function must not call the door.
func (a *account) wake() {
	if len(a.waiting) > 0 && (a.paused || a.room()) {
		a.wakeAll()
	}
}

func (a *account) wakeAll() {
	for _, f := range a.waiting {
		f()
	}
	a.waiting = nil
}

// backOff is how long a device is left alone after n refusals in a row: 2, 4, 8 … sweeps, less half a one since a
// device does not come exactly at its time.
func backOff(n int, interval time.Duration) time.Duration {
	longest := max(longestBackOff, interval)
	pause := interval
	for range n {
		if pause *= 2; pause >= longest {
			pause = longest
			break
		}
	}
	return pause - interval/2
}
