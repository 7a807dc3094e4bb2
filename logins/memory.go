package logins

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"slices"
	"time"
)

// CredentialMemory is what outlives a restart of one credential, as JSON. It holds no secret: by the digest a credential
// is known again, and guessing the secret from it costs as much as from a file of hashed passwords.
type CredentialMemory struct {
	Name       string    `json:"name"`
	Salt       []byte    `json:"salt"`
	Digest     []byte    `json:"digest"`
	Iterations int       `json:"iterations"`
	Keys       string    `json:"keys,omitempty"` // that were tried before the secret
	Proven     bool      `json:"proven,omitempty"`
	Follows    bool      `json:"follows_a_refused_one,omitempty"`
	Usual      string    `json:"usual_method,omitempty"`
	Matches    int       `json:"matches,omitempty"`
	Mismatches int       `json:"mismatches,omitempty"`
	Tries      int       `json:"tries,omitempty"`
	InARow     int       `json:"tries_in_a_row,omitempty"`
	Paused     bool      `json:"paused,omitempty"`
	Next       time.Time `json:"next_try,omitzero"`
}

// DeviceMemory is what outlives a restart of one credential at one device, as JSON.
type DeviceMemory struct {
	Credential string    `json:"credential"`
	Accepted   bool      `json:"accepted,omitempty"`
	Needs      bool      `json:"needs,omitempty"`
	Method     string    `json:"method,omitempty"`
	Strong     bool      `json:"refuses_what_it_accepted,omitempty"` // since the latest acceptance of any device
	Refusals   int       `json:"refusals,omitempty"`
	Unsent     bool      `json:"unsent,omitempty"` // the latest of them came without the secret
	NotBefore  time.Time `json:"not_before,omitzero"`
}

// OfEnable reports that it is about the credential's enable secret.
func (m *DeviceMemory) OfEnable() bool { return isEnable(m.Credential) }

// Iterations of PBKDF2: a guess at one credential costs a good part of a tenth of a second. Many credentials share what
// three of them cost, for the program digests them when it starts and when it ends.
const (
	mostIterations = 200_000
	allIterations  = 3 * mostIterations
)

// iterations is how many each of n credentials gets.
func iterations(n int) int { return min(mostIterations, max(1, allIterations/max(1, n))) }

func digest(identity Identity, salt []byte, iterations int) []byte {
	key, err := pbkdf2.Key(sha256.New, identity.Reveal(), salt, iterations, sha256.Size)
	if err != nil { // only for parameters that no standard permits
		panic(err)
	}
	return key
}

// Credentials returns what is to be remembered of every credential in use.
func (d *Door) Credentials() []CredentialMemory {
	d.mu.Lock()
	credentials := slices.Collect(maps.Values(d.credentials))
	d.mu.Unlock()
	all := make([]CredentialMemory, len(credentials))
	for i, c := range credentials {
		a := c.account
		a.digesting.Do(func() { // not with the door locked
			salt := []byte(rand.Text())
			a.iterations = iterations(len(credentials))
			a.salt, a.digest = salt, digest(a.identity, salt, a.iterations)
		})
		d.mu.Lock()
		all[i] = CredentialMemory{
			Name: c.Name, Salt: a.salt, Digest: a.digest, Iterations: a.iterations, Keys: c.Keys, Proven: a.proven, Follows: a.follows, Usual: a.usual,
			Matches: a.matches, Mismatches: a.mismatches, Tries: a.tries, InARow: a.inARow, Paused: a.paused, Next: a.next,
		}
		d.mu.Unlock()
	}
	return all
}

// Device returns what is to be remembered of a device, for each credential that it has been asked with.
func (d *Door) Device(name string) []DeviceMemory {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []DeviceMemory
	for credential, c := range d.credentials {
		a := c.account
		s, ok := a.devices[name]
		if !ok || *s == (deviceState{}) || credential != a.names[0] {
			continue
		}
		all = append(all, DeviceMemory{
			Credential: credential, Accepted: s.accepted, Needs: s.needs, Method: s.method, Strong: a.strong[name], Refusals: s.refusals, Unsent: s.unsent,
			NotBefore: s.notBefore,
		})
	}
	return all
}

// Recall gives the door, which has been configured and not been asked yet, what was remembered of credentials, and of
// devices by name. What belongs to a credential that is another one now is left out. The window starts from one login again:
// the password may have been changed while nobody asked.
func (d *Door) Recall(credentials []CredentialMemory, devices map[string][]DeviceMemory) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	same := make(map[string]*account)
	for _, m := range credentials {
		c, ok := d.credentials[m.Name]
		if !ok || m.Iterations < 1 || m.Iterations > mostIterations {
			continue
		}
		a := c.account
		if subtle.ConstantTimeCompare(digest(a.identity, m.Salt, m.Iterations), m.Digest) != 1 {
			if !a.proven && a.tries == 0 { // not under another name
				a.follow(&account{tries: m.Tries, follows: m.Follows, paused: m.Paused, next: sane(m.Next, now)})
			}
			continue
		}
		a.digesting.Do(func() { a.salt, a.digest, a.iterations = m.Salt, m.Digest, m.Iterations })
		a.proven, a.follows, a.usual = m.Proven, m.Follows, m.Usual
		a.matches, a.mismatches, a.tries, a.inARow = m.Matches, m.Mismatches, m.Tries, m.InARow
		a.paused, a.next = m.Paused, sane(m.Next, now)
		same[m.Name] = a
	}
	for name, memories := range devices {
		for _, m := range memories {
			if a, ok := same[m.Credential]; ok {
				if m.Strong {
					a.strong[name] = true
				}
				a.recall(name, m, now)
			}
		}
	}
	for _, m := range credentials {
		if a, ok := same[m.Name]; ok && d.credentials[m.Name].Keys != m.Keys {
			a.takeOtherKeys()
		}
	}
}

// Inherit gives the door what another process, which has the same credentials, remembers of devices by name. What is known here stays.
func (d *Door) Inherit(devices map[string][]DeviceMemory) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for name, memories := range devices {
		for _, m := range memories {
			c, ok := d.credentials[m.Credential]
			if !ok {
				continue
			}
			if _, known := c.account.devices[name]; !known {
				c.account.recall(name, m, now)
			}
		}
	}
}

// recall takes over what is remembered of a device.
func (a *account) recall(name string, m DeviceMemory, now time.Time) {
	a.devices[name] = &deviceState{
		accepted: m.Accepted, needs: m.Needs, method: m.Method, refusals: m.Refusals, unsent: m.Unsent, notBefore: sane(m.NotBefore, now),
	}
}

// sane bounds a time to come, for a clock that was set back meanwhile.
func sane(t, now time.Time) time.Time {
	if latest := now.Add(longestBackOff); t.After(latest) {
		return latest
	}
	return t
}
