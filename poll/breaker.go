package poll

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/failure"
)

const (
	// refusalsToPause different devices that newly refuse a credential within refusalWindow, with none accepting it
	// in between, pause it: a password that was changed or is about to be locked looks like this. One device with a
	// wrong local password counts once, whatever it does.
	refusalsToPause = 3
	refusalWindow   = 5 * time.Minute
)

// breaker keeps us from locking accounts out: a credential that several devices refuse is paused. While it is, one
// device at a time, the canary, still tries it at its own due time, another one each time and at most one an interval.
// The first device that accepts it ends the pause, and so does a reload.
type breaker struct {
	log *slog.Logger

	mu    sync.Mutex
	fuses map[string]*fuse // by credential
}

// fuse is one credential's.
type fuse struct {
	log        *slog.Logger
	credential string

	mu      sync.Mutex
	devices int                  // that use it
	refused map[string]time.Time // devices that newly refused it since the last one accepted it
	known   map[string]bool      // devices whose latest answer was a refusal
	paused  bool
	canary  string          // in flight; "": none
	tried   map[string]bool // canaries since the pause
	next    time.Time       // no canary before
}

func newBreaker(log *slog.Logger) *breaker {
	return &breaker{log: log, fuses: make(map[string]*fuse)}
}

// reset takes the credentials in use and their numbers of devices. Unless the old fuses are to be kept it starts anew;
// a poll in flight still reports to the fuse it began with, so that it says nothing of what was loaded since.
func (b *breaker) reset(credentials map[string]int, keep bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := b.fuses
	b.fuses = make(map[string]*fuse, len(credentials))
	for name, devices := range credentials {
		f, known := old[name]
		if !known || !keep {
			f = newFuse(b.log, name)
		}
		f.count(devices)
		b.fuses[name] = f
	}
}

func newFuse(log *slog.Logger, credential string) *fuse {
	return &fuse{log: log, credential: credential, refused: make(map[string]time.Time), known: make(map[string]bool)}
}

func (f *fuse) count(devices int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.devices = devices
}

// use returns the credential's fuse.
func (b *breaker) use(credential string) *fuse {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, ok := b.fuses[credential]
	if !ok { // the device left while its slot was on the way to a worker
		return newFuse(b.log, credential)
	}
	return f
}

func (b *breaker) paused() map[string]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := make(map[string]bool, len(b.fuses))
	for name, f := range b.fuses {
		m[name] = f.isPaused()
	}
	return m
}

func (f *fuse) isPaused() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.paused
}

// admit reports whether the device may be asked now. If so, report must follow.
func (f *fuse) admit(device string, interval time.Duration, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.paused {
		return true
	}
	if f.canary != "" || now.Before(f.next) || f.tried[device] {
		return false
	}
	f.canary = device
	f.tried[device] = true
	if len(f.tried) >= f.devices {
		clear(f.tried)
	}
	f.next = now.Add(interval - interval/10) // devices do not come exactly at their time
	return true
}

// report takes how the device answered, and reports whether a refusal is the device's own, so that it should back off.
func (f *fuse) report(device string, reason failure.Reason, now time.Time) (own bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wasCanary := f.canary == device
	if wasCanary {
		f.canary = ""
	}
	switch {
	case reason == failure.Auth:
		f.refuse(device, now)
		return !f.paused
	case accepted[reason]:
		f.accept(device)
	case wasCanary: // it never got to the password: let another try
		f.next = now
	}
	return false
}

// accepted holds the outcomes that only a device which has let us in can have.
var accepted = map[failure.Reason]bool{
	"": true, failure.Session: true, failure.Prompt: true, failure.Command: true, failure.OutputLimit: true, failure.Parse: true,
}

func (f *fuse) refuse(device string, now time.Time) {
	if f.known[device] || f.paused {
		return
	}
	f.known[device] = true
	f.refused[device] = now
	maps.DeleteFunc(f.refused, func(_ string, at time.Time) bool { return now.Sub(at) > refusalWindow })
	if len(f.refused) < refusalsToPause {
		return
	}
	f.paused = true
	f.tried = make(map[string]bool)
	f.next = now
	f.log.Error("credential is paused: several devices refused it, so it is kept from being locked out",
		"credential", f.credential, "refused_by", strings.Join(slices.Sorted(maps.Keys(f.refused)), ","),
		"resume", "one device at a time still tries it, and the first that accepts it ends the pause; "+
			"if the password was wrong, correct it and reload (SIGHUP or POST /-/reload)")
}

func (f *fuse) accept(device string) {
	clear(f.refused)
	delete(f.known, device)
	if f.paused {
		f.paused = false
		f.log.Info("credential is in use again: a device accepted it", "credential", f.credential, "device", device)
	}
}
