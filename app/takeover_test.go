package app

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// The paces of the clusters under test.
const (
	takenDevices  = 400
	takenInterval = time.Minute
	takenTTL      = 15 * time.Second
	takenDebounce = takenTTL / 3
	takenPoll     = 2 * time.Second        // how long a poll takes
	takenCall     = 10 * time.Millisecond  // how long a call to the coordinator, or to another replica, takes
	takenNotice   = 500 * time.Millisecond // how late the coordinator notices at most that a lease has ended
)

// site is a cluster of whole replicas on a coordinator, and the devices that they poll. All of it is in one process, by the clock of a test.
type site struct {
	t    *testing.T
	plan *Plan

	mu       sync.Mutex
	leases   map[string]*entryLease // by name of the replica
	watches  map[chan struct{}]bool
	down     bool                     // the coordinator is
	replicas map[string]*replicaUnder // by name
	polls    map[string][]time.Time   // by device, when it was asked
}

type entryLease struct {
	entry cluster.Entry
	until time.Time
}

// replicaUnder is a replica under test.
type replicaUnder struct {
	*exporter
	site  *site
	name  string
	stop  context.CancelFunc // as SIGTERM does
	ended chan struct{}
	cut   bool // off from the coordinator; guarded by the site
	dead  bool // guarded by the site
}

func newSite(t *testing.T, plan *Plan) *site {
	s := &site{
		t: t, plan: plan, leases: map[string]*entryLease{}, watches: map[chan struct{}]bool{}, replicas: map[string]*replicaUnder{}, polls: map[string][]time.Time{},
	}
	go func() {
		tick := time.NewTicker(takenNotice)
		defer tick.Stop()
		for {
			select {
			case <-t.Context().Done():
				return
			case now := <-tick.C:
				s.expire(now)
			}
		}
	}()
	return s
}

func (s *site) expire(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.leases {
		if !s.down && now.After(l.until) {
			delete(s.leases, name)
			s.tell()
		}
	}
}

func (s *site) tell() {
	for w := range s.watches {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// takenPlan is the plan that all replicas are given, but for who asks the devices.
func takenPlan(t *testing.T) *Plan {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "ssh: {host_keys: insecure}\npoll: {interval: %s, concurrency: 200}\ncredentials: {lab: {username: u, password: p}}\n", takenInterval)
	text.WriteString("groups:\n  - name: g\n    platform: vyos\n    credentials: lab\n    devices:\n")
	for i := range takenDevices {
		fmt.Fprintf(&text, "      - {name: sw-%04d, address: 192.0.2.10}\n", i)
	}
	return planOf(t, text.String())
}

// start starts a replica.
func (s *site) start(name string) *replicaUnder {
	s.t.Helper()
	plan, policy := *s.plan, s.plan.Policy
	plan.Policy = &Policy{compiler: policy.compiler, rules: policy.rules, patterns: policy.patterns} // each replica reads its files again
	plan.Policy.current.Store(policy.current.Load())
	plan.client = nil
	log := slog.New(slog.DiscardHandler)
	r := &replicaUnder{site: s, name: name, ended: make(chan struct{})}
	r.exporter = &exporter{log: log, collector: collector.New(), sessions: device.NewSessions(), rotation: newRotation(), replaced: make(chan struct{}, 1), told: map[string]string{}, plan: &plan}
	r.inventory.Store(plan.Inventory)
	plan.Poller, plan.Credentials = r, []logins.Credential{{Name: "lab"}}
	r.membership = r.member(cluster.Entry{Name: name, Instance: instance(), Advertise: "http://" + name}, takenTTL, r, &http.Client{Transport: s})
	var err error
	if r.engine, err = poll.New(r.part(&plan), log, nil); err != nil {
		s.t.Fatal(err)
	}
	r.policy = &follower{swapped: make(chan struct{}, 1), rejudge: r.engine.Rejudge, log: log}
	r.policy.follow(plan.Policy)
	ctx, stop := context.WithCancel(s.t.Context())
	r.stop = stop
	s.mu.Lock()
	s.replicas[name] = r
	s.mu.Unlock()
	go func() {
		defer close(r.ended)
		if err := r.poll(ctx); err != nil {
			s.t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		r.dead = true
	}()
	return r
}

// kill has a replica vanish as a process does: nobody hears of it, or from it, any more.
func (r *replicaUnder) kill() {
	r.site.mu.Lock()
	r.cut, r.dead = true, true
	r.site.mu.Unlock()
	r.stop()
}

// reachable has the coordinator be down for all, or not.
func (s *site) reachable(to bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = !to
}

// connect cuts a replica off from the coordinator, or ends that.
func (r *replicaUnder) connect(to bool) {
	r.site.mu.Lock()
	defer r.site.mu.Unlock()
	r.cut = !to
}

func (r *replicaUnder) Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) poll.Outcome {
	if err := ticket.Login(ctx); err != nil {
		return poll.Outcome{Err: err}
	}
	r.site.mu.Lock()
	if !r.dead {
		r.site.polls[d.Name] = append(r.site.polls[d.Name], time.Now())
	}
	r.site.mu.Unlock()
	select {
	case <-ctx.Done():
		return poll.Outcome{Err: ctx.Err()}
	case <-time.After(takenPoll):
		return poll.Outcome{Facts: parser.Facts{Version: "1.0"}}
	}
}

// Renew is cluster.Coordinator's.
func (r *replicaUnder) Renew(_ context.Context, self cluster.Entry) ([]cluster.Entry, error) {
	time.Sleep(takenCall)
	s := r.site
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down || r.cut {
		return nil, syscall.ECONNREFUSED
	}
	old := s.leases[self.Name]
	if old != nil && old.entry.Instance != self.Instance {
		return nil, cluster.ErrTaken
	}
	s.leases[self.Name] = &entryLease{self, time.Now().Add(takenTTL)}
	if old == nil || old.entry.Applied != self.Applied || old.entry.Leaving != self.Leaving {
		s.tell()
	}
	var all []cluster.Entry
	for _, name := range slices.Sorted(maps.Keys(s.leases)) {
		all = append(all, s.leases[name].entry)
	}
	return all, nil
}

// Watch is cluster.Coordinator's.
func (r *replicaUnder) Watch(ctx context.Context, changed func()) error {
	s, w := r.site, make(chan struct{}, 1)
	s.mu.Lock()
	s.watches[w] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watches, w)
	}()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w:
			changed()
		}
	}
}

// Leave is cluster.Coordinator's.
func (r *replicaUnder) Leave(context.Context) error {
	s := r.site
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down || r.cut {
		return syscall.ECONNREFUSED
	}
	delete(s.leases, r.name)
	s.tell()
	return nil
}

// RoundTrip has a replica answer another one.
func (s *site) RoundTrip(request *http.Request) (*http.Response, error) {
	time.Sleep(takenCall)
	s.mu.Lock()
	r := s.replicas[request.URL.Host]
	dead := r.dead
	s.mu.Unlock()
	if dead {
		return nil, syscall.ECONNREFUSED
	}
	answer := httptest.NewRecorder()
	r.membership.handler().ServeHTTP(answer, request)
	return answer.Result(), nil
}

// end ends all replicas.
func (s *site) end() {
	for _, r := range s.replicas {
		r.stop()
	}
	for _, r := range s.replicas {
		<-r.ended
	}
}

// between is the longest time between two polls of a device, and how many polls came less than half an interval after the one before, of all that
// came since a time.
func (s *site) between(from time.Time) (longest time.Duration, of string, early int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, times := range s.polls {
		times = append(slices.Clone(times), time.Now())
		for i := 1; i < len(times); i++ {
			if times[i].Before(from) {
				continue
			}
			gap := times[i].Sub(times[i-1])
			if gap > longest {
				longest, of = gap, name
			}
			if gap < takenInterval/2 && i < len(times)-1 {
				early++
			}
		}
	}
	return longest, of, early
}

// twice is how many devices of a replica's share have their place within a time in which it is not known whether they were polled: at most half more
// than on average, as chance has it.
func twice(share int, within time.Duration) int {
	const spread = takenInterval * 4 / 5
	return int(time.Duration(share) * within / spread * 3 / 2)
}

// TestTakeover plays changes of members, at several times of an interval, and holds the time between two polls of a device to the bounds that
// docs/decisions/leases.md works out, and the polls that are made twice to theirs.
func TestTakeover(t *testing.T) {
	const (
		crash = takenTTL + takenDebounce + takenNotice + 10*takenCall // from the last poll of one that crashed to its heirs' first
		hand  = takenPoll + 10*takenCall                              // from the last poll of one that gives up devices to their new owner's first
		share = takenDevices/3 + takenDevices/30                      // of one of three
	)
	plan := takenPlan(t)
	for _, c := range []struct {
		name  string
		later time.Duration // than an interval after the poll before
		early int           // polls less than half an interval after the one before
		do    func(*site)
	}{
		{"nothing", 0, 0, func(*site) {}},
		{"one is killed", crash, twice(share, takenDebounce+takenTTL/5), func(s *site) {
			s.replicas["b"].kill()
		}},
		{"one is killed, and starts again", crash, twice(share, takenDebounce+takenTTL/5), func(s *site) {
			s.replicas["b"].kill()
			time.Sleep(takenTTL + 2*takenDebounce)
			s.start("b")
		}},
		{"one is restarted", hand, 0, func(s *site) {
			s.replicas["b"].stop()
			<-s.replicas["b"].ended
			s.start("b")
		}},
		{"one is cut off from the coordinator, and comes back", crash, twice(share, takenDebounce+takenTTL*9/10), func(s *site) {
			s.replicas["b"].connect(false)
			time.Sleep(2 * takenTTL)
			s.replicas["b"].connect(true)
		}},
		{"the coordinator is down for two intervals", 0, 0, func(s *site) {
			s.reachable(false)
			time.Sleep(2 * takenInterval)
			s.reachable(true)
		}},
		{"two join", hand, 0, func(s *site) {
			s.start("d")
			time.Sleep(100 * time.Millisecond)
			s.start("e")
		}},
		{"two leave", hand, 0, func(s *site) {
			s.replicas["b"].stop()
			time.Sleep(100 * time.Millisecond)
			s.replicas["c"].stop()
		}},
		{"one joins, and another leaves", takenDebounce + hand, 0, func(s *site) {
			s.start("d")
			s.replicas["b"].stop()
		}},
		// It comes back before the others miss it, and what it had to take over was polled by nobody all the time.
		{"one leaves, and its heir is cut off", crash + 2*takenDebounce, share, func(s *site) {
			s.replicas["b"].stop()
			time.Sleep(time.Second)
			s.replicas["c"].connect(false)
			time.Sleep(takenTTL + 2*time.Second)
			s.replicas["c"].connect(true)
		}},
		// Two disturbances: a debounce more, and since nobody knows how long more devices are polled twice.
		{"one is killed, and another joins", crash + 2*takenDebounce, share, func(s *site) {
			s.replicas["b"].kill()
			time.Sleep(takenTTL + takenDebounce/2)
			s.start("d")
		}},
	} {
		times := []time.Duration{23 * time.Second, 47 * time.Second} // while places come, and just before the last
		if testing.Short() {
			times = times[:1]
		}
		for _, at := range times {
			t.Run(fmt.Sprint(c.name, " at ", at), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newSite(t, plan)
					defer s.end()
					for _, name := range []string{"a", "b", "c"} {
						s.start(name)
					}
					time.Sleep(time.Until(time.Now().Truncate(takenInterval).Add(2*takenInterval + at)))
					from := time.Now()
					c.do(s)
					time.Sleep(3 * takenInterval)
					synctest.Wait()
					longest, of, early := s.between(from)
					if longest > takenInterval+c.later {
						t.Errorf("%s was not polled for %v, want %v at most", of, longest, takenInterval+c.later)
					}
					if early > c.early {
						t.Errorf("%d polls came less than half an interval after the one before, want %d at most", early, c.early)
					}
				})
			})
		}
	}
}
