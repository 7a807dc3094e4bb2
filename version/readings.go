package version

import (
	"sync"
	"sync/atomic"
)

// maxReadings is above the number of versions in a fleet and in its policy.
const maxReadings = 5000

// readings keeps versions that were taken apart: a fleet runs few of them, and each poll compares one with all that a policy
// names. The zero value is empty. It is safe for concurrent use.
type readings struct {
	known sync.Map // reading and whether there is one, by version
	count atomic.Int64
}

type knownReading struct {
	reading
	ok bool
}

// of returns the reading of a version, which read makes if it is not known.
func (k *readings) of(version string, read func(string) (reading, bool)) (reading, bool) {
	if r, ok := k.known.Load(version); ok {
		r := r.(*knownReading)
		return r.reading, r.ok
	}
	r, ok := read(version)
	if k.count.Add(1) > maxReadings {
		k.known.Clear()
		k.count.Store(1)
	}
	k.known.Store(version, &knownReading{r, ok})
	return r, ok
}
