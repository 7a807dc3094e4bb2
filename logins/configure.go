package logins

import (
	"slices"

	"golang.org/x/time/rate"
)

// mostLeft is how many accounts that were refused are remembered when they have left the configuration.
const mostLeft = 32

// Configure takes a new configuration. Of an identity that stays, or comes back, nothing is forgotten, whatever its credential is called.
func (d *Door) Configure(s Settings) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old, replicas := d.credentials, 1
	if s.Fleet != nil {
		replicas = max(1, s.Fleet.Replicas)
	}
	most := max(1, s.Most/replicas)
	accounts := d.known()
	d.credentials = make(map[string]*credential, len(s.Credentials))
	d.limiter.SetLimit(limit(s.Rate / float64(replicas)))
	d.refused = s.Refused
	for _, settings := range withEnable(s.Credentials) {
		before := old[settings.Name]
		a, known := accounts[settings.Identity.Reveal()]
		if !known {
			a = newAccount(d.log, settings.Identity)
			if before != nil {
				a.follow(before.account)
			}
			accounts[settings.Identity.Reveal()] = a
		}
		a.names = append(a.names, settings.Name)
		slices.Sort(a.names)
		a.most = most
		a.window = min(a.window, most)
		c := &credential{Credential: settings, account: a, limiter: rate.NewLimiter(rate.Inf, 1), outcomes: new([verdicts]uint64)}
		if before != nil {
			c.limiter, c.outcomes = before.limiter, before.outcomes
			if before.account == a && before.Keys != settings.Keys {
				a.takeOtherKeys()
			}
		}
		c.limiter.SetLimit(limit(settings.Rate / float64(replicas)))
		d.credentials[settings.Name] = c
	}
	for _, c := range d.credentials {
		c.account.share(s.Fleet, len(d.credentials))
	}
	for name, c := range d.credentials { // the others have heard of its old secret
		if before, known := old[name]; known && before.account != c.account && s.Fleet != nil {
			c.account.tell()
		}
	}
	d.remember(old)
}

// known lists the accounts in use and those that left, by the text of their identity. Names are given to them anew.
func (d *Door) known() map[string]*account {
	accounts := make(map[string]*account)
	for _, a := range d.left {
		accounts[a.identity.Reveal()] = a
	}
	for _, c := range d.credentials {
		accounts[c.account.identity.Reveal()] = c.account
		c.account.names = nil
		c.account.wakeAll() // their account, or its limits, may be another one now
	}
	return accounts
}

// remember keeps the accounts without a name of which there are refusals: one that comes back is no other one.
func (d *Door) remember(old map[string]*credential) {
	unused := func(a *account) bool { return len(a.names) == 0 && (a.paused || a.tries > 0) }
	d.left = slices.DeleteFunc(d.left, func(a *account) bool { return !unused(a) })
	for _, c := range old {
		if unused(c.account) && !slices.Contains(d.left, c.account) {
			d.left = append(d.left, c.account)
		}
	}
	d.left = slices.Delete(d.left, 0, max(0, len(d.left)-mostLeft))
}

// follow has a secret that takes the place of one that was refused bear a part of that: a source of secrets that tells another
// wrong one each time must not cost as much as the first each time. The second that is as wrong has all of it to bear, the pause
// included.
func (a *account) follow(before *account) {
	a.follows = before.tries > 0
	if !before.follows {
		a.tries = min(before.tries, mostTries/2)
		return
	}
	a.tries, a.paused, a.next = before.tries, before.paused, before.next
}
