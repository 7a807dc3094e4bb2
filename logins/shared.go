package logins

import (
	"encoding/hex"
	"maps"
	"slices"
	"time"
)

// Fleet is how several processes, which poll parts of one fleet, share what they may do. The zero value stands alone.
type Fleet struct {
	Replicas int                        // over which rates and windows are divided; 0: one
	Self     string                     // this process's name
	Users    map[string][]string        // by credential, the processes that have a device for it, sorted
	Tell     func(credentials []Shared) // told of what other processes have to know, with the door locked; nil: nobody asks
}

// The states of a credential that processes share, the worse the later.
const (
	stateProven  = iota + 1 // a device has accepted the secret: every process may use it
	stateNew                // none has
	stateDoubted            // devices that had accepted it refuse it
	statePaused
)

// Shared is what processes tell each other of a secret, as JSON. While it is not proven one process at a time may try it, in turns, so that
// several together try it no more often than one.
type Shared struct {
	Credential string    `json:"credential"` // the first of its names
	Secret     string    `json:"secret"`     // by which it is known again, as good as always; too short for guessing the secret
	Turn       uint64    `json:"turn"`       // the latest counts
	State      int       `json:"state"`
	Tries      int       `json:"tries,omitempty"`
	InARow     int       `json:"in_a_row,omitempty"`
	Strong     []string  `json:"strong,omitempty"` // devices that refuse it and had accepted it
	Next       time.Time `json:"next,omitzero"`    // no canary before
}

// fingerprintSalt is the same in all processes, so that they can compare.
const fingerprintSalt = "netver_exporter cluster "

// fingerprintBytes is how long a fingerprint is: of 65,536 other secrets one is taken for the same. A longer one would tell who reads it which of many
// guesses is right.
const fingerprintBytes = 2

// share makes the account one that processes share; others is how many credentials there are.
func (a *account) share(f *Fleet, credentials int) {
	a.fleet = f
	if f == nil || a.fingerprint != "" {
		return
	}
	a.fingerprint = hex.EncodeToString(digest(a.identity, []byte(fingerprintSalt+a.names[0]), iterations(credentials))[:fingerprintBytes])
}

// state is what the account amounts to.
func (a *account) state() int {
	switch {
	case a.paused:
		return statePaused
	case a.doubted:
		return stateDoubted
	case a.proven:
		return stateProven
	}
	return stateNew
}

// others reports that another process may try the secret now, and this one may not.
func (a *account) others() bool {
	if a.fleet == nil || a.state() == stateProven {
		return false
	}
	var users []string
	for _, name := range a.names {
		users = append(users, a.fleet.Users[ownerOf(name)]...)
	}
	slices.Sort(users)
	users = slices.Compact(users)
	return slices.Contains(users, a.fleet.Self) && users[a.turn%uint64(len(users))] != a.fleet.Self
}

// shared is the account for other processes.
func (a *account) shared() Shared {
	s := Shared{Credential: a.names[0], Secret: a.fingerprint, Turn: a.turn, State: a.state(), Tries: a.tries, InARow: a.inARow, Strong: slices.Sorted(maps.Keys(a.strong))}
	if a.paused {
		s.Next = a.next
	}
	return s
}

// pass ends this process's turn, and tells the others what it has found out.
func (a *account) pass(before int) {
	if a.fleet == nil || before == stateProven && a.state() == stateProven {
		return
	}
	a.turn++
	a.tell()
}

func (a *account) tell() {
	if a.fleet.Tell != nil {
		a.fleet.Tell([]Shared{a.shared()})
	}
}

// Hear takes in what another process tells. It reports whether that one has no other secret for a credential of the same name.
func (d *Door) Hear(all []Shared) (agreed bool) {
	agreed = true
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for i := range all {
		c, ok := d.credentials[all[i].Credential]
		switch {
		case !ok || c.account.fleet == nil:
		case c.account.fingerprint == all[i].Secret:
			c.account.hear(&all[i], now)
		default:
			agreed = false
		}
	}
	return agreed
}

// hear takes the later of two states. Of two that are as late, which began at the same time, the worse holds.
func (a *account) hear(s *Shared, now time.Time) {
	mine := a.state()
	if s.Turn < a.turn || s.Turn == a.turn && s.State <= mine {
		return
	}
	a.turn, a.tries, a.inARow = s.Turn, s.Tries, s.InARow
	clear(a.strong)
	for _, device := range s.Strong {
		a.strong[device] = true
	}
	switch {
	case s.State == mine && mine != statePaused:
	case s.State == stateProven:
		if a.proven, a.doubted = true, false; a.paused {
			a.resume()
			a.log.Info("credential is in use again: another replica's device accepted it", "credential", a.label())
		}
	case s.State == stateDoubted:
		a.proven, a.paused, a.doubted = true, false, true
		a.doubts++
	case s.State == statePaused:
		if a.next = sane(s.Next, now); !a.paused {
			a.paused = true
			clear(a.asked)
			a.log.Error("credential is paused, since another replica's devices refused it", "credential", a.label())
		}
	}
	a.tell() // for those who come when the other process is gone
	a.wakeAll()
}
