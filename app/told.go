package app

import (
	"time"

	"github.com/netver/netver_exporter/version"
)

// loading is how the latest load of the configuration went.
type loading struct {
	at time.Time // of the latest that succeeded
	ok bool      // the latest succeeded
}

// latestLoad tells of the latest load of the configuration that succeeded, and whether the latest of all did.
func (x *exporter) latestLoad() (at time.Time, ok bool) {
	l := x.latest.Load()
	return l.at, l.ok
}

// order is that of a platform's versions; nil: there is none.
func (x *exporter) order(platform string) *version.Order {
	if p, ok := x.policy.policy.Load().compiler.known.Get(platform); ok {
		return p.Order
	}
	return nil
}

// currentPolicy is what versions are judged by now.
func (x *exporter) currentPolicy() *version.Policy { return x.policy.policy.Load().current.Load() }
