package logins

import "time"

// MayEnable reports whether the enable secret may be sent to the device now. It may not for a while after a refusal.
func (t *Ticket) MayEnable() bool {
	if t == nil {
		return true
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	return !time.Now().Before(t.account.device(t.device).enableAfter)
}

// TellEnable says whether the device took the enable secret.
func (t *Ticket) TellEnable(accepted bool) {
	if t == nil {
		return
	}
	t.door.mu.Lock()
	defer t.door.mu.Unlock()
	d := t.account.device(t.device)
	if accepted {
		d.enableRefusals, d.enableAfter = 0, time.Time{}
		return
	}
	d.enableRefusals++
	d.enableAfter = time.Now().Add(backOff(d.enableRefusals, t.interval))
}
