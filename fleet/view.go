// Package fleet answers questions about a snapshot: which devices match a query, in which order, and how many there are of
// each kind. It knows parameters and words, and refuses to know how they are shown.
package fleet

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// Orders returns the order of a platform's versions; nil where there is none.
type Orders func(platform string) *version.Order

// View is a snapshot made ready for questions: what is worked out for one is kept for the next. Make it with New. It may be used
// by many goroutines at once.
type View struct {
	poll.Snapshot
	At time.Time // of the snapshot

	orders Orders
	named  Names

	mu        sync.Mutex
	found     map[string][]uint32       // positions in Devices, by query
	counts    map[string]map[string]int // devices by word, by parameter
	platforms []Platform
	labels    []string // those that more devices have first
	judged    *Judged
}

// New makes a view of a snapshot that was taken at a time.
func New(s poll.Snapshot, orders Orders, names Names, at time.Time) *View {
	return &View{Snapshot: s, At: at, orders: orders, named: names, found: map[string][]uint32{}, counts: map[string]map[string]int{}}
}

// Device looks a device up by its name; nil: there is none.
func (v *View) Device(name string) *poll.Status {
	i, ok := v.position(name)
	if !ok {
		return nil
	}
	return v.Devices[i]
}

// position is where a name is among the devices, or where it would be.
func (v *View) position(name string) (i int, ok bool) {
	return slices.BinarySearchFunc(v.Devices, name, func(s *poll.Status, name string) int {
		return strings.Compare(s.Device.Name, name)
	})
}

// Neighbours are the names of devices around a name, in the order of the alphabet; at most as many as asked for.
func (v *View) Neighbours(name string, most int) []string {
	at, _ := v.position(name)
	from := max(0, min(at-most/2, len(v.Devices)-most))
	var names []string
	for _, s := range v.Devices[from:min(from+most, len(v.Devices))] {
		names = append(names, s.Device.Name)
	}
	return names
}

// Order is the order of a platform's versions; nil: there is none.
func (v *View) Order(platform string) *version.Order { return v.orders(platform) }

// Count says how many devices of the whole fleet have each word under a parameter, such as "state" or "label.site". A device may
// have several words. The map must not be changed.
func (v *View) Count(parameter string) map[string]int {
	v.Prepare(parameter)
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.counts[parameter]
}

// Prepare counts under several parameters while it reads the devices once: the time goes into reading them.
func (v *View) Prepare(parameters ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var counters []counter
	for _, name := range parameters {
		words, ok := wordsOf(name)
		if _, done := v.counts[name]; ok && !done {
			counters = append(counters, newCounter(name, words))
		}
	}
	v.count(counters)
}

// newCounter counts under a parameter.
func newCounter(parameter string, words words) counter {
	if parameter == "platform" {
		return newPlatformCounter()
	}
	return newWordCounter(words, func(v *View, numbers map[string]int) { v.counts[parameter] = numbers })
}

// count reads every device once for all counters. The lock is held.
func (v *View) count(counters []counter) {
	if len(counters) == 0 {
		return
	}
	for few := range slices.Chunk(v.Devices, 64) { // they stay in the processor's cache until all counters have read them
		for _, c := range counters {
			c.count(v, few)
		}
	}
	for _, c := range counters {
		c.end(v)
	}
}

// Labels are the operator's labels that the most devices have, in the order of their names; at most as many as asked for.
func (v *View) Labels(most int) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.labels == nil {
		v.count([]counter{newWordCounter(several(labelNames), (*View).takeLabels)})
	}
	return slices.Sorted(slices.Values(v.labels[:min(most, len(v.labels))]))
}

func labelNames(to []string, s *poll.Status, _ time.Time) []string {
	for i := range s.Device.Labels {
		to = append(to, s.Device.Labels[i].Name)
	}
	return to
}

func (v *View) takeLabels(devices map[string]int) {
	v.labels = slices.AppendSeq(make([]string, 0, len(devices)), maps.Keys(devices))
	slices.SortFunc(v.labels, func(a, b string) int {
		return cmp.Or(cmp.Compare(devices[b], devices[a]), strings.Compare(a, b))
	})
}
