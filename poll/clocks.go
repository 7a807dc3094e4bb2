package poll

import "time"

// sameClock is how much the clocks of two processes may seem to differ, since an answer has been on its way for some of it.
const sameClock = 5 * time.Second

// Align takes it that another process has written this just now: where the clocks of the two differ, times become those of this process's clock. What
// devices themselves tell, and when they booted by that, stays.
func (k *Known) Align(now time.Time) {
	ahead := k.written.Sub(now)
	if k.written.IsZero() || ahead.Abs() < sameClock {
		return
	}
	for name, s := range k.devices {
		s.shift(-ahead)
		k.devices[name] = s
	}
	k.written = now
}

func (s *deviceState) shift(by time.Duration) {
	times := []*time.Time{&s.Since, &s.Rebooted, &s.VersionChanged, &s.LastPoll, &s.LastSuccess, &s.Boot.Since, &s.Boot.Read, &s.After}
	for i := range s.VersionHistory {
		times = append(times, &s.VersionHistory[i].At)
	}
	for i := range s.RebootHistory {
		times = append(times, &s.RebootHistory[i].At)
	}
	for i := range s.Logins {
		times = append(times, &s.Logins[i].NotBefore)
	}
	for _, t := range times {
		if !t.IsZero() {
			*t = t.Add(by)
		}
	}
}
