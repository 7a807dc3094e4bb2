package poll

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
)

// crowd is a fleet, some of which is behind jump hosts that have few places. A poll that begins without a place waits for one,
// and keeps its worker.
type crowd struct {
	*fleet

	mu       sync.Mutex
	most     map[string]int // by jump host
	open     map[string]int
	reserved map[string]int // by device
	wakes    map[string][]func()
	refuses  int // so many polls are told at the jump host that it has no place for them after all
	waited   int // polls that waited with a worker
}

func newCrowd(f *fleet, most map[string]int) *crowd {
	return &crowd{fleet: f, most: most, open: map[string]int{}, reserved: map[string]int{}, wakes: map[string][]func(){}}
}

func (c *crowd) Reserve(d *inventory.Device, wake func()) (free func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[d.Jump] >= c.most[d.Jump] {
		c.wakes[d.Jump] = append(c.wakes[d.Jump], wake)
		return nil
	}
	c.open[d.Jump]++
	c.reserved[d.Name]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.reserved[d.Name] > 0 {
			c.reserved[d.Name]--
			c.leave(d.Jump)
		}
	}
}

func (c *crowd) leave(jump string) {
	c.open[jump]--
	for _, wake := range c.wakes[jump] {
		wake()
	}
	c.wakes[jump] = nil
}

// take takes the place that was reserved, or any other.
func (c *crowd) take(ctx context.Context, d *inventory.Device) error {
	if d.Jump == "" {
		return nil
	}
	for waits := false; ; waits = true {
		c.mu.Lock()
		reserved := c.reserved[d.Name] > 0
		if reserved {
			c.reserved[d.Name]--
		}
		switch {
		case reserved && c.refuses > 0:
			c.refuses--
			c.leave(d.Jump)
			c.mu.Unlock()
			return logins.ErrWait
		case !reserved && c.open[d.Jump] < c.most[d.Jump]:
			c.open[d.Jump]++
			fallthrough
		case reserved:
			c.mu.Unlock()
			return nil
		case !waits:
			c.waited++
		}
		c.mu.Unlock()
		if !pause(ctx, time.Second) {
			return failed(failure.Jump).Err
		}
	}
}

func (c *crowd) Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) Outcome {
	if err := c.take(ctx, d); err != nil {
		return Outcome{Err: err}
	}
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if d.Jump != "" {
			c.leave(d.Jump)
		}
	}()
	return c.fleet.Poll(ctx, d, ticket)
}

// check reports polls that waited with a worker, places that were not given back, and devices that were polled twice at once.
func (c *crowd) check(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for jump, n := range c.open {
		if n != 0 {
			t.Errorf("%d places at %s were not given back", n, jump)
		}
	}
	if c.waited > 0 || len(c.twice) > 0 {
		t.Errorf("%d polls waited for a place with a worker; polled twice at once: %v", c.waited, c.twice)
	}
}

// crowded is a plan for 10 devices for each worker behind a jump host, and as many others.
func crowded(answer func(*inventory.Device, int) (time.Duration, Outcome), most int) (Plan, *crowd) {
	c := newCrowd(newFleet(answer), map[string]int{"bastion": most})
	plan := oneGroup(settings, c, 5*time.Minute, 20*settings.Concurrency)
	for i := range plan.Groups[0].Devices {
		if i%2 == 0 {
			plan.Groups[0].Devices[i].Jump = "bastion"
		}
	}
	return plan, c
}

func behindTakes(slow, others time.Duration) func(*inventory.Device, int) (time.Duration, Outcome) {
	return func(d *inventory.Device, _ int) (time.Duration, Outcome) {
		if d.Jump != "" {
			return slow, good()
		}
		return others, good()
	}
}

// TestFullJumpHostHoldsUpNobodyElse has ten devices for each worker behind a jump host with few places, who wait for it longer
// than the timeout. They wait without a worker, and none of them fails.
func TestFullJumpHostHoldsUpNobodyElse(t *testing.T) {
	const each, most = 10 * time.Second, 4
	synctest.Test(t, func(t *testing.T) {
		plan, c := crowded(behindTakes(each, time.Second), most)
		var mu sync.Mutex
		var late, waited time.Duration
		o := observe(func(e Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Reason != "" {
				t.Errorf("a poll failed: %s", e.Reason)
			}
			if e.Duration < each {
				late = max(late, e.Lag)
			} else {
				waited = max(waited, e.Lag)
			}
		})
		behind := len(plan.Groups[0].Devices) / 2
		e, stop := start(t, plan, o)
		time.Sleep(time.Second)
		synctest.Wait()
		if n := e.Snapshot().Queue; n < behind-most {
			t.Errorf("%d turns wait, want those of the %d devices behind the jump host but %d", n, behind, most)
		}
		time.Sleep(4*5*time.Minute - 2*time.Second)
		synctest.Wait()
		// The workers that the jump host leaves free take the others one after the other.
		if most := time.Duration(behind/(settings.Concurrency-most)) * time.Second; late > most {
			t.Errorf("polls of devices that are not behind the jump host began up to %v late, want at most %v", late, most)
		}
		if want := time.Duration(behind/most-1) * each; waited < want {
			t.Errorf("turns that waited for the jump host were up to %v late, want %v in the first sweep", waited, want)
		}
		for name, n := range c.polls() {
			if n != 4 {
				t.Errorf("%s was polled %d times in 4 intervals", name, n)
			}
		}
		if got, want := len(c.polls()), 2*behind; got != want {
			t.Errorf("%d devices were polled, want %d", got, want)
		}
		stop()
		c.check(t)
	})
}

// observe is an Observer.
type observe func(Event)

func (o observe) Observe(e Event) { o(e) }

// TestParkedTurnsOutliveAReload changes what the parked turns wait for: their jump host has more places, another name, or is
// gone; and the devices come into a group of their own.
func TestParkedTurnsOutliveAReload(t *testing.T) {
	for name, change := range map[string]func(p *Plan, c *crowd){
		"more places": func(_ *Plan, c *crowd) { c.most["bastion"] = 8 },
		"another one": func(p *Plan, c *crowd) {
			c.most["other"] = 8
			for i := range p.Groups[0].Devices {
				if d := &p.Groups[0].Devices[i]; d.Jump != "" {
					d.Jump = "other"
				}
			}
		},
		"none": func(p *Plan, _ *crowd) {
			for i := range p.Groups[0].Devices {
				p.Groups[0].Devices[i].Jump = ""
			}
		},
		"another group": func(p *Plan, c *crowd) {
			c.most["bastion"] = 8
			p.Groups = append(p.Groups, Group{Name: "h", Interval: time.Hour, Devices: p.Groups[0].Devices[40:]})
			p.Groups[0].Devices = p.Groups[0].Devices[:40]
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				plan, hanging := crowded(behindTakes(time.Hour, time.Second), 1)
				plan.Settings.Timeout = time.Hour
				plan.Groups[0].Interval = time.Hour
				e, stop := start(t, plan, nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				next, c := crowded(behindTakes(time.Second, time.Second), 0)
				next.Groups[0].Interval = time.Hour
				change(&next, c)
				if err := e.Apply(next); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if s := e.Snapshot(); s.Queue > 0 {
					t.Errorf("%d turns still wait", s.Queue)
				}
				pending := 0
				for _, s := range e.Snapshot().Devices {
					if s.Pending() {
						pending++
					}
				}
				if pending != 1 {
					t.Errorf("%d devices were not polled, want only the one that hangs", pending)
				}
				stop()
				hanging.check(t)
				c.check(t)
			})
		})
	}
}

// TestJumpHostOfTwoGroups is shared by a group that may poll one device at a time and one that may poll any number. Some devices
// behind it hang, and some polls are told at the jump host that there is no place after all, as one with a bound of its own
// does. All are polled once an interval, also those whose credential has a slow rate.
func TestJumpHostOfTwoGroups(t *testing.T) {
	const interval = 10 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(newFleet(func(d *inventory.Device, n int) (time.Duration, Outcome) {
			if phase("hang "+d.Name) < 0.05 {
				return time.Hour, failed(failure.Timeout)
			}
			return time.Second, good()
		}), map[string]int{"bastion": 3})
		c.refuses = 10
		plan := Plan{Settings: settings, Poller: c, Credentials: []logins.Credential{{Name: "netops"}, {Name: "limited", Rate: 0.5}}}
		for i, cap := range []int{1, 0} {
			g := Group{Name: fmt.Sprint("g", i), Interval: interval, Concurrency: cap, Devices: devices(fmt.Sprint("g", i), 100)}
			for j := range g.Devices {
				g.Devices[j].Jump = "bastion"
				if j%2 == 0 {
					g.Devices[j].Credential = "limited"
				}
			}
			plan.Groups = append(plan.Groups, g)
		}
		e, stop := start(t, plan, nil)
		time.Sleep(interval)
		synctest.Wait()
		if got := len(c.polls()); got != 200 {
			t.Errorf("%d of 200 devices were polled in the first interval", got)
		}
		before := c.polls()
		time.Sleep(4 * interval)
		synctest.Wait()
		for name, n := range c.polls() {
			if n -= before[name]; phase("hang "+name) >= 0.05 && (n < 3 || n > 4) {
				t.Errorf("%s was polled %d times in 4 intervals", name, n)
			}
		}
		if s := e.Snapshot(); s.Failures[failure.Jump] > 0 || s.Failures[failure.Internal] > 0 {
			t.Errorf("failures %v", s.Failures)
		}
		stop()
		c.check(t)
	})
}

// TestProbeOfAParkedDevice asks at once for a device that waits for its jump host: who asks has the latest status in time, and the
// device is polled once.
func TestProbeOfAParkedDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan, c := crowded(behindTakes(20*time.Second, time.Second), 1)
		plan.Groups[0].Interval, plan.Groups[0].Devices = time.Hour, plan.Groups[0].Devices[:8]
		e, stop := start(t, plan, nil)
		time.Sleep(10 * time.Second)
		for range 100 {
			for _, d := range plan.Groups[0].Devices {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				_, _ = e.PollNow(ctx, d.Name)
				cancel()
			}
		}
		if n := e.Snapshot().Queue; n > 2*3 {
			t.Errorf("%d turns wait for 3 devices", n)
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		for _, d := range plan.Groups[0].Devices {
			if n := len(c.of(d.Name)); d.Jump != "" && n != 1 {
				t.Errorf("%s was polled %d times, want once", d.Name, n)
			}
		}
		stop()
		c.check(t)
	})
}

// TestStopWhileTurnsAreParked ends at once, and loses no place.
func TestStopWhileTurnsAreParked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plan, c := crowded(behindTakes(time.Hour, time.Second), 2)
		_, stop := start(t, plan, nil)
		time.Sleep(10 * time.Second)
		began := time.Now()
		stop()
		if took := time.Since(began); took > 0 {
			t.Errorf("the end took %v", took)
		}
		c.check(t)
	})
}
