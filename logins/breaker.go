package logins

import (
	"slices"
	"strings"
	"time"
)

// canary reports whether the device may try a paused secret now: one device an interval, another one each time.
func (a *account) canary(device string, interval time.Duration, now time.Time) bool {
	if now.Before(a.next) || len(a.holders) > 0 || a.others() {
		return false
	}
	if a.asked[device] {
		if now.Before(a.next.Add(interval)) { // every device has its turn within an interval: one that was not asked may come
			return false
		}
		clear(a.asked)
	}
	a.asked[device] = true
	a.next = now.Add(canaryPause(interval))
	return true
}

// canaryPause is an interval, less a little since devices do not come exactly at their time.
func canaryPause(interval time.Duration) time.Duration { return interval - interval/20 }

// mostInARow is this process's part of what all may find out.
func (a *account) mostInARow() int {
	if a.fleet == nil {
		return mostInARow
	}
	return max(mostTries, mostInARow/max(1, a.fleet.Replicas))
}

func (a *account) pause(now time.Time, interval time.Duration) {
	a.paused, a.next = true, now.Add(canaryPause(interval))
	clear(a.asked)
	var refusing []string
	for name, d := range a.devices {
		if d.refusals > 0 {
			refusing = append(refusing, name)
		}
	}
	slices.Sort(refusing)
	a.log.Error("credential is paused: devices refused it, and it is kept from being locked out",
		"credential", a.label(), "refused_by", strings.Join(refusing[:min(10, len(refusing))], ","),
		"resume", "one device an interval still tries it, and the first that accepts it ends the pause; "+
			"if the password was wrong, correct it and reload (SIGHUP or POST /-/reload)")
}

// resume ends a pause.
func (a *account) resume() {
	a.paused, a.window = false, 1
	for _, other := range a.devices { // what refused it meanwhile did so for the secret's sake
		other.resetBackOff()
	}
}
