package poll

import "time"

// History is what is remembered of a device beside its Status.
type History struct {
	Polls    []Past          // the latest first, at most 20; since the program started
	Versions []VersionChange // the latest first, at most 8
	Reboots  []Reboot        // the latest first, at most 8
	Failed   *Session        // how the latest poll failed; nil: it did not, there was no session, or it is forgotten
	Until    time.Time       // the device refused logins, and is not asked before; zero: it may be asked
}

// VersionChange is a change of version that was seen.
type VersionChange struct {
	At       time.Time // of the poll that saw it
	From, To string
}

// Reboot is a reboot that was seen.
type Reboot struct {
	At     time.Time // of the poll that saw it
	Booted time.Time // as the device's uptime has it
	Reason string    // as the device tells it; "": it does not
}

// keptChanges is how many changes of version, and how many reboots, are kept.
const keptChanges = 8

// History returns what is remembered of a device of the inventory. ok is false if there is no such device.
func (e *Engine) History(device string) (h History, ok bool) {
	t, ok := e.current.Load().byName[device]
	if !ok {
		return h, false
	}
	for _, m := range e.door.Device(device) {
		if !m.OfEnable() && m.NotBefore.After(time.Now()) && m.NotBefore.After(h.Until) {
			h.Until = m.NotBefore
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return History{
		Until: h.Until,
		Polls: t.record.past.polls(e.phases), Versions: latestFirst(t.record.versions), Reboots: latestFirst(t.record.reboots),
		Failed: e.failed.of(device),
	}, true
}

// remember adds one at the end and forgets the first if they become too many. What was returned before does not change.
func remember[T any](all []T, latest T) []T {
	all = append(all[:len(all):len(all)], latest)
	return all[max(0, len(all)-keptChanges):]
}

func latestFirst[T any](all []T) []T {
	turned := make([]T, len(all))
	for i, one := range all {
		turned[len(all)-1-i] = one
	}
	return turned
}
