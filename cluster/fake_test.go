package cluster

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/netver/netver_exporter/inventory"
)

const ttl = 15 * time.Second

var errDown = errors.New("the coordinator is down")

// coordinator keeps leases by the clock of the test, and misbehaves when told to.
type coordinator struct {
	mu      sync.Mutex
	leases  map[string]*held // by name
	watches map[chan struct{}]bool
	down    bool
	cut     map[string]bool // names of replicas that do not reach it
	deaf    map[string]bool // names of replicas whose renewals arrive, and whose answers are lost
	slow    time.Duration   // of each call
	mute    bool            // watches tell nothing
	lax     bool            // several may have one name
}

type held struct {
	entry Entry
	until time.Time
}

func newCoordinator() *coordinator {
	return &coordinator{leases: map[string]*held{}, watches: map[chan struct{}]bool{}, cut: map[string]bool{}, deaf: map[string]bool{}}
}

// line is the coordinator as a replica reaches it.
type line struct {
	*coordinator
	name string
}

func (l *line) Renew(ctx context.Context, self Entry) ([]Entry, error) {
	l.mu.Lock()
	slow := l.slow
	l.mu.Unlock()
	if slow > 0 {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(slow):
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down || l.cut[l.name] {
		return nil, errDown
	}
	now := time.Now()
	for name, h := range l.leases {
		if now.After(h.until) {
			delete(l.leases, name)
			l.tell()
		}
	}
	key := self.Name
	if l.lax {
		key = self.Instance
	}
	old := l.leases[key]
	if old != nil && old.entry.Instance != self.Instance {
		return nil, ErrTaken
	}
	l.leases[key] = &held{self, now.Add(ttl)}
	if old == nil || old.entry.Applied != self.Applied || old.entry.Leaving != self.Leaving || old.entry.Config != self.Config {
		l.tell()
	}
	if l.deaf[l.name] {
		return nil, errDown
	}
	var all []Entry
	for _, h := range l.leases {
		all = append(all, h.entry)
	}
	return all, nil
}

func (c *coordinator) tell() {
	if c.mute {
		return
	}
	for w := range c.watches {
		notify(w)
	}
}

func (l *line) Watch(ctx context.Context, changed func()) error {
	w := make(chan struct{}, 1)
	l.mu.Lock()
	l.watches[w] = true
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.watches, w)
		l.mu.Unlock()
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w:
			l.mu.Lock()
			reached := !l.down && !l.cut[l.name]
			l.mu.Unlock()
			if !reached {
				return errDown
			}
			changed()
		}
	}
}

func (l *line) Leave(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down || l.cut[l.name] {
		return errDown
	}
	delete(l.leases, l.name)
	l.tell()
	return nil
}

func (c *coordinator) set(change func(*coordinator)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

// world is a cluster under test.
type world struct {
	t *testing.T
	*coordinator
	of       func(name string) Coordinator
	devices  []inventory.Device
	stage    sync.Mutex // held while a share changes, and while all shares are looked at
	mu       sync.Mutex
	replicas map[string]*actor
	address  string // that all replicas advertise; "": each has its own
	mark     string // at the beginning of instances that are started from now on
}

// actor is a replica, and the fleet that it polls.
type actor struct {
	*Replica
	world    *world
	stop     context.CancelFunc
	ended    chan struct{}
	pollTime time.Duration // how long polls take to end when they are given up
	hang     time.Duration // how long the next share takes to be put into force

	mu       sync.Mutex
	share    Share
	adopted  int
	isolated bool // other replicas do not reach it, nor it them
	dead     bool
}

func newWorld(t *testing.T) *world {
	c := newCoordinator()
	return &world{
		t: t, coordinator: c, of: func(name string) Coordinator { return &line{c, name} }, devices: fleet(200), replicas: map[string]*actor{},
	}
}

func (w *world) start(name string) *actor {
	a := &actor{world: w, ended: make(chan struct{})}
	a.Replica = New(Config{
		Self: Entry{Name: name, Instance: w.mark + name + time.Now().String(), Advertise: cmp.Or(w.address, name)}, TTL: ttl,
		Coordinator: w.of(name), Peers: a, Fleet: a, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(w.t.Context())
	a.stop = stop
	w.mu.Lock()
	w.replicas[name] = a
	w.mu.Unlock()
	go func() {
		defer close(a.ended)
		a.Run(ctx)
		a.mu.Lock()
		a.dead = true
		a.mu.Unlock()
	}()
	return a
}

func (w *world) replica(name string) *actor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.replicas[name]
}

func (w *world) all() map[string]*actor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.replicas)
}

// adoptions is how often all replicas together took over devices.
func (w *world) adoptions() (n int) {
	for _, a := range w.all() {
		a.mu.Lock()
		n += a.adopted
		a.mu.Unlock()
	}
	return n
}

// kill has a replica vanish as a process does: it neither polls, answers nor renews. Its goroutines end with the test.
func (w *world) kill(name string) {
	w.set(func(c *coordinator) { c.cut[name] = true })
	a := w.replica(name)
	a.mu.Lock()
	a.dead = true
	a.mu.Unlock()
}

// end ends all replicas.
func (w *world) end() {
	for _, a := range w.replicas {
		a.stop()
	}
	for _, a := range w.replicas {
		<-a.ended
	}
}

func (a *actor) Narrow(s Share) func(context.Context) {
	a.world.stage.Lock()
	defer a.world.stage.Unlock()
	a.mu.Lock()
	a.share = s
	a.mu.Unlock()
	return func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-time.After(a.pollTime):
		}
	}
}

func (a *actor) Adopt(s Share, _ []io.Reader, _ [][]byte, _ Gap) {
	a.world.stage.Lock()
	a.mu.Lock()
	a.share = s
	a.adopted++
	hang := a.hang
	a.hang = 0
	a.mu.Unlock()
	a.world.stage.Unlock()
	a.world.check()
	time.Sleep(hang)
}

func (a *actor) polls(d *inventory.Device) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.dead && a.share.Has(d) && a.May()
}

func (a *actor) Reaches(_ context.Context, e Entry) (bool, error) {
	other := a.world.replica(e.Name)
	other.mu.Lock()
	defer other.mu.Unlock()
	switch {
	case other.dead, e.Advertise == a.Self.Advertise: // then it has asked itself, which is another instance
		return false, ErrGone
	case other.isolated || a.isolated:
		return false, context.DeadlineExceeded
	}
	return other.reaches(), nil
}

func (a *actor) Fetch(_ context.Context, e Entry, heir, view string) (io.Reader, error) {
	other := a.world.replica(e.Name)
	if !other.gaveUpBy(view) {
		return nil, errors.New("not now")
	}
	other.noteServed(heir)
	return strings.NewReader(e.Name), nil
}

// check fails the test if two replicas poll the same device.
func (w *world) check() {
	w.stage.Lock()
	defer w.stage.Unlock()
	all := w.all()
	for i := range w.devices {
		var owners []string
		for _, a := range all {
			if a.polls(&w.devices[i]) {
				owners = append(owners, a.Self.Name)
			}
		}
		if len(owners) > 1 {
			slices.Sort(owners)
			w.t.Errorf("%s is polled by %v", w.devices[i].Name, owners)
			return
		}
	}
}

// owned is how many devices each replica polls, those with none left out.
func (w *world) owned() map[string]int {
	n := map[string]int{}
	for name, a := range w.all() {
		for i := range w.devices {
			if a.polls(&w.devices[i]) {
				n[name]++
			}
		}
	}
	return n
}

// pass lets time pass, and looks for devices that two poll each tenth of a second.
func (w *world) pass(d time.Duration) {
	for range d / (100 * time.Millisecond) {
		time.Sleep(100 * time.Millisecond)
		w.check()
	}
}

// whole fails the test unless each device is polled by one of the replicas.
func (w *world) whole(names ...string) {
	w.t.Helper()
	total, n := 0, w.owned()
	for _, k := range n {
		total += k
	}
	if got := slices.Sorted(maps.Keys(n)); total != len(w.devices) || !slices.Equal(got, names) {
		w.t.Errorf("polled by %v, want all of %d by %v", n, len(w.devices), names)
	}
}
