// Package logins is the one door for logins: it is asked before a login and before every time that a secret is sent, and it
// is told what became of the secret. It keeps a wrong password from locking accounts out.
package logins

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/netver/netver_exporter/secret"
)

// Identity is what a server counts refusals of, user name and secrets in one value: another identity is another account, of
// which nothing is known. It is made with secret.New of text that the caller composes.
type Identity = secret.Value

// Credential is what the door has to know of a credential.
type Credential struct {
	Name     string
	Identity Identity
	Enable   Identity // of the enable secret, which has an account of its own; zero: there is none
	Password bool     // it has a password; without one no secret is ever sent, and only the rate limits hold
	Keys     string   // tells its keys, which are tried before the password, from others; "": it has none
	Rate     float64  // logins started per second; 0: no limit of its own
}

// Settings are what a configuration says of logins.
type Settings struct {
	Most        int     // logins in flight at most: the number of workers
	Rate        float64 // logins started per second over the whole fleet; 0: no limit
	Credentials []Credential
	Fleet       *Fleet                  // nil: no other process uses the credentials
	Refused     func(credential string) // told of each refused login and each outdated proof, from the poll that met it; nil: nobody asks
}

// Door decides which logins may happen. Make it with New. It may be used by any number of goroutines at once.
type Door struct {
	// Worse receives when what is known of a secret has become worse: a try of one that no device has accepted, a doubt, a pause, a
	// canary in vain. Who keeps it over a restart should do so soon.
	Worse <-chan struct{}

	log   *slog.Logger
	worse chan struct{}

	mu          sync.Mutex
	limiter     *rate.Limiter
	credentials map[string]*credential // by name
	left        []*account             // that were refused and left the configuration, the latest last
	refused     func(credential string)
}

// credential is a name by which devices use an account. Two names of the same secret share one: a server counts the
// refusals of both together. Nothing in it is replaced: polls in flight read it without the door's mutex, which guards what
// its pointers lead to.
type credential struct {
	Credential
	account  *account
	limiter  *rate.Limiter
	outcomes *[verdicts]uint64
}

// New makes a door that knows no credentials yet.
func New(log *slog.Logger) *Door {
	worse := make(chan struct{}, 1)
	return &Door{Worse: worse, log: log, worse: worse, limiter: rate.NewLimiter(rate.Inf, 1), credentials: make(map[string]*credential)}
}

func limit(perSecond float64) rate.Limit {
	if perSecond == 0 {
		return rate.Inf
	}
	return rate.Limit(perSecond)
}

// Forget drops what is known of devices: they left, or others took their places. It looks once at each credential.
func (d *Door) Forget(devices ...string) {
	if len(devices) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	accounts := slices.Clone(d.left)
	for _, c := range d.credentials {
		accounts = append(accounts, c.account)
	}
	gone := make(map[string]bool, len(devices))
	for _, device := range devices {
		gone[device] = true
	}
	for _, a := range accounts {
		if len(a.devices) < len(gone) {
			maps.DeleteFunc(a.devices, func(device string, _ *deviceState) bool { return gone[device] })
			continue
		}
		for device := range gone {
			delete(a.devices, device)
		}
	}
}

// Request is a poll that may have to log in.
type Request struct {
	Device     string
	Credential string
	Interval   time.Duration // between two polls of the device
	Kept       bool          // a session from an earlier poll is there, so that no login is expected

	via *Ticket // of the poll, if this is for a jump host on its way
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
	c, known := d.credentials[r.Credential]
	if !known { // the credential left the configuration while the poll was on its way
		return nil, Paused, time.Time{}
	}
	now, a := time.Now(), c.account
	state := a.device(r.Device)
	state.hop = r.via != nil
	if now.Before(state.notBefore) {
		if !a.paused && a.fleet != nil && !a.others() { // another process's device may be one that can be asked
			a.pass(a.state())
		}
		return nil, BackOff, state.notBefore
	}
	t = &Ticket{door: d, credential: c, account: a, device: r.Device, interval: r.Interval}
	if r.Kept {
		return t, Go, time.Time{}
	}
	sends := c.Password && (c.Keys == "" || state.needs)
	switch {
	case !sends:
	case a.paused:
		if t.canary = r.via.isCanaryOf(a) || a.canary(r.Device, r.Interval, now); !t.canary {
			return nil, Paused, time.Time{}
		}
	case !a.room():
		a.waiting = append(a.waiting, wake)
		return nil, Wait, time.Time{}
	}
	if !a.paused && !isEnable(c.Name) { // a canary comes once an interval, which no rate is as slow as
		if until := d.take(c, now); !until.IsZero() {
			return nil, Wait, until
		}
	}
	t.charged = true
	if sends {
		t.reserve()
	}
	return t, Go, time.Time{}
}

// wait is Enter for who has begun and cannot be parked: it waits for its turn within the context. The decision is Wait if that did not
// come.
func (d *Door) wait(ctx context.Context, r Request) (t *Ticket, decision Decision, until time.Time) {
	for {
		woken := make(chan struct{}, 1)
		t, decision, until = d.Enter(r, func() { woken <- struct{}{} })
		if decision != Wait || await(ctx, woken, until) != nil {
			return t, decision, until
		}
	}
}

// take takes a login from the rate limits, or says when there will be one.
func (d *Door) take(c *credential, now time.Time) (until time.Time) {
	fleet := d.limiter.ReserveN(now, 1)
	own := c.limiter.ReserveN(now, 1)
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
	Tries   int                // while it is paused: how often it was refused in a row before
	Next    time.Time          // while it is paused: no device tries it before
}

// States returns the state of every credential in use.
func (d *Door) States() map[string]State {
	d.mu.Lock()
	defer d.mu.Unlock()
	states := make(map[string]State, len(d.credentials))
	for name, c := range d.credentials {
		if isEnable(c.Name) {
			continue
		}
		s := State{Paused: c.account.paused, Allowed: c.account.allowed(), Logins: make(map[Verdict]uint64, verdicts)}
		for v, n := range c.outcomes {
			s.Logins[Verdict(v)] = n
		}
		if s.Paused {
			s.Tries, s.Next = c.account.tries, c.account.next
		}
		states[name] = s
	}
	return states
}
