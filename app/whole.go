package app

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

const (
	// peerPatience is how long a page waits for what other replicas know.
	peerPatience = 3 * time.Second
	// peerFresh is how long what they have told is shown: that, and more for each device.
	peerFresh       = 5 * time.Second
	peerFreshDevice = 40 * time.Microsecond
)

// peerFleet is what other replicas have told of their devices.
type peerFleet struct {
	mu     sync.Mutex
	asked  time.Time
	known  map[string]*poll.Known // by the replica's instance
	silent []string
	told   map[string]string // why a replica does not tell of its devices, as the log has it, by name
}

// mostAnswer is how many bytes another replica's answer may have: a device takes about one kilobyte, and may take four.
func (x *exporter) mostAnswer() int64 { return 1<<20 + int64(x.partition.figures().Inventory)*4<<10 }

// devices writes what is known of this replica's devices.
func (m *membership) devices(w io.Writer) error {
	return m.exporter.engine.Known().Write(w, func(string) bool { return true })
}

// wholeFleet is a snapshot with the devices of all replicas. Once the context has ended, those of others may be missing.
func (x *exporter) wholeFleet(ctx context.Context) poll.Snapshot {
	s := x.Snapshot()
	if x.membership == nil {
		return s
	}
	others := x.membership.replica.Others()
	known, silent := x.membership.ask(ctx, others, s.Share.Inventory)
	owners := map[string]cluster.Entry{}
	for _, e := range others {
		owners[e.Name] = e
	}
	mine := map[string]bool{}
	for _, d := range s.Devices {
		mine[d.Device.Name] = true
	}
	s.Devices = slices.Clone(s.Devices)
	judge := x.policy.policy.Load().judge
	keep := x.partition.keepFacts()
	x.partition.each(func(d *inventory.Device, owner string) {
		e, lives := owners[owner]
		if mine[d.Name] || !lives {
			return
		}
		if k := known[e.Instance]; k != nil {
			s.Devices = append(s.Devices, k.Status(d, e.Advertise, keep, judge))
		}
	})
	slices.SortFunc(s.Devices, func(a, b *poll.Status) int { return strings.Compare(a.Device.Name, b.Device.Name) })
	s.Share.Cluster.Silent = silent
	return s
}

// ask asks the other replicas for what they know of their devices, unless that was a moment ago. What is asked within a context that ends
// does not count.
func (m *membership) ask(ctx context.Context, others []cluster.Entry, devices int) (known map[string]*poll.Known, silent []string) {
	f := &m.fleet
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.asked) < peerFresh+time.Duration(devices)*peerFreshDevice {
		return f.known, f.silent
	}
	patient, cancel := context.WithTimeout(ctx, peerPatience)
	defer cancel()
	answers, errs := make([]*poll.Known, len(others)), make([]error, len(others))
	var asking sync.WaitGroup
	for i, e := range others {
		asking.Go(func() {
			text, err := m.peers.Devices(patient, e)
			if err == nil {
				answers[i], err = poll.ReadKnown(text)
			}
			if err == nil {
				answers[i].Align(time.Now())
			}
			errs[i] = err
		})
	}
	asking.Wait()
	if ctx.Err() != nil {
		return f.known, f.silent
	}
	told := f.told
	f.asked, f.known, f.silent, f.told = time.Now(), map[string]*poll.Known{}, nil, map[string]string{}
	for i, e := range others {
		if errs[i] == nil {
			f.known[e.Instance] = answers[i]
			continue
		}
		f.silent = append(f.silent, e.Name)
		f.told[e.Name] = errs[i].Error()
		if told[e.Name] != f.told[e.Name] {
			m.log.Warn("a replica does not tell of its devices, which are missing on this one's pages", "replica", e.Name, "err", errs[i])
		}
	}
	slices.Sort(f.silent)
	return maps.Clone(f.known), f.silent
}
