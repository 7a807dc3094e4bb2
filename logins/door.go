// Package logins is the one door for logins: it is asked before a login and before every time that a secret is sent, and it
// is told what became of the secret. It keeps a wrong password from locking accounts out.
package logins

import (
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/netver/netver_exporter/secret"
)

// Identity is everything that proves a credential, in one value: another identity is another credential, of which
// nothing is known. It is made with secret.New of text that the caller composes.
type Identity = secret.Value

// Credential is what the door has to know of a credential.
type Credential struct {
	Name     string
	Identity Identity
	Password bool    // it has a password; without one no secret is ever sent, and only the rate limits hold
	Key      bool    // it has a key or an agent, which is tried before the password
	Rate     float64 // logins started per second; 0: no limit of its own
}

// Settings are what a configuration says of logins.
type Settings struct {
	Most        int     // logins in flight at most: the number of workers
	Rate        float64 // logins started per second over the whole fleet; 0: no limit
	Credentials []Credential
	Refused     func(credential string) // told of each refusal of a secret, from the poll that met it; nil: nobody asks
}

// Door decides which logins may happen. Make it with New. It may be used by any number of goroutines at once.
type Door struct {
	log *slog.Logger

	mu       sync.Mutex
	limiter  *rate.Limiter
	accounts map[string]*account
	settings map[string]Credential
	refused  func(credential string)
}

// New makes a door that knows no credentials yet.
func New(log *slog.Logger) *Door {
	return &Door{log: log, limiter: rate.NewLimiter(rate.Inf, 1), accounts: make(map[string]*account)}
}

// Configure takes a new configuration. Of a credential whose identity is the same nothing is forgotten.
func (d *Door) Configure(s Settings) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.accounts
	d.accounts = make(map[string]*account, len(s.Credentials))
	d.settings = make(map[string]Credential, len(s.Credentials))
	d.limiter.SetLimit(limit(s.Rate))
	d.refused = s.Refused
	for _, c := range s.Credentials {
		a, known := old[c.Name]
		if !known || !a.identity.Equal(c.Identity) {
			a = newAccount(d.log, c.Name, c.Identity)
		}
		a.most = s.Most
		a.window = min(a.window, s.Most)
		a.limiter.SetLimit(limit(c.Rate))
		d.accounts[c.Name], d.settings[c.Name] = a, c
	}
	for _, a := range old {
		for _, f := range a.waiting { // their account, or its limits, may be another one now
			f()
		}
		a.waiting = nil
	}
}

func limit(perSecond float64) rate.Limit {
	if perSecond == 0 {
		return rate.Inf
	}
	return rate.Limit(perSecond)
}

// Forget drops what is known of a device: it left, or another device took its place.
func (d *Door) Forget(device string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.accounts {
		delete(a.devices, device)
	}
}

// Request is a poll that may have to log in.
type Request struct {
	Device     string
	Credential string
	Interval   time.Duration // between two polls of the device
	Kept       bool          // a session from an earlier poll is there, so that no login is expected
}

// Decision is the door's answer to a request.
type Decision int

// The decisions.
const (
	Go      Decision = iota // the poll may begin; its ticket has to be closed
	Wait                    // not now: ask again when woken, or at the time given
	Paused                  // the credential is paused
	BackOff                 // the device refused lately and is left alone
)

// Enter asks whether a poll may begin. With Wait, wake is called once when it may be worth asking again, with the door
// locked; until is a time at which that is so without a call, zero if there is none.
func (d *Door) Enter(r Request, wake func()) (t *Ticket, decision Decision, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, known := d.accounts[r.Credential]
	if !known { // the credential left the configuration while the poll was on its way
		return nil, Paused, time.Time{}
	}
	now := time.Now()
	state := a.device(r.Device)
	if now.Before(state.notBefore) {
		return nil, BackOff, state.notBefore
	}
	t = &Ticket{door: d, account: a, device: r.Device, interval: r.Interval}
	if r.Kept {
		return t, Go, time.Time{}
	}
	c := d.settings[r.Credential]
	sends := c.Password && (!c.Key || state.needs)
	switch {
	case !sends:
	case a.paused && !a.canary(r.Device, r.Interval, now):
		return nil, Paused, time.Time{}
	case !a.paused && !a.room():
		a.waiting = append(a.waiting, wake)
		return nil, Wait, time.Time{}
	}
	if !a.paused { // a canary comes once an interval, which no rate is as slow as
		if until := d.take(a, now); !until.IsZero() {
			return nil, Wait, until
		}
	}
	t.charged = true
	if sends {
		t.hold()
	}
	return t, Go, time.Time{}
}

// take takes a login from the rate limits, or says when there will be one.
func (d *Door) take(a *account, now time.Time) (until time.Time) {
	fleet := d.limiter.ReserveN(now, 1)
	own := a.limiter.ReserveN(now, 1)
	wait := max(fleet.DelayFrom(now), own.DelayFrom(now))
	if wait == 0 {
		return time.Time{}
	}
	fleet.CancelAt(now)
	own.CancelAt(now)
	return now.Add(wait)
}

// State is what the door shows of a credential.
type State struct {
	Paused  bool
	Allowed int                // logins that may be in flight with its secret now
	Logins  map[Verdict]uint64 // by what became of the secret: every verdict, from 0
}

// States returns the state of every credential in use.
func (d *Door) States() map[string]State {
	d.mu.Lock()
	defer d.mu.Unlock()
	states := make(map[string]State, len(d.accounts))
	for name, a := range d.accounts {
		s := State{Paused: a.paused, Allowed: a.allowed(), Logins: make(map[Verdict]uint64, verdicts)}
		for v, n := range a.outcomes {
			s.Logins[Verdict(v)] = n
		}
		states[name] = s
	}
	return states
}
