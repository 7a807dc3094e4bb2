package transport

import "sync"

// mostKeys is how many keys are offered to a server of which nothing is known. The library ends a login after 64 attempts,
// and the password must have its turn.
const mostKeys = 32

// tries remembers, by address, how many keys leave a turn for the password: OpenSSH's MaxAuthTries and its like end a login
// after some attempts, and no server tells how many. The zero value knows nothing. It may be used by any number of goroutines at once.
type tries struct {
	mu    sync.Mutex
	known map[string]int
}

// of is how many keys to offer.
func (t *tries) of(to Target) int {
	if to.Credential.Password.IsZero() { // there is nothing to leave a turn for
		return mostKeys
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.known[to.Address]; ok {
		return n
	}
	return mostKeys
}

// note takes that the server ended a login over a key, after so many.
func (t *tries) note(to Target, offered int) {
	if to.Credential.Password.IsZero() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = make(map[string]int)
	}
	t.known[to.Address] = offered - 1
}
