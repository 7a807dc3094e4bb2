package logins

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/secret"
)

// fleet is a simulated one: how many devices, which of them refuse the secret, and how long both take.
type fleet struct {
	devices int
	refuses func(i int) bool
	accept  time.Duration // what a good poll takes
	refuse  time.Duration // what a refusal takes
	workers int
}

// totals is what a sweep over the fleet gave.
type totals struct {
	up, refused, paused int
	took                time.Duration
}

// sweep has the workers poll every device once. A poll that has to wait is parked and taken up again in its order. With a
// nil door nobody is asked.
func (f fleet) sweep(d *Door) totals {
	var (
		mu      sync.Mutex
		result  totals
		queue   = make([]int, f.devices)
		left    = f.devices
		changed = sync.NewCond(&mu)
	)
	for i := range queue {
		queue[i] = i
	}
	start := time.Now()
	next := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		for left > 0 && len(queue) == 0 {
			changed.Wait()
		}
		if left == 0 {
			return 0, false
		}
		i := queue[0]
		queue = queue[1:]
		return i, true
	}
	unpark := func(i int) {
		mu.Lock()
		defer mu.Unlock()
		at, _ := slices.BinarySearch(queue, i)
		queue = slices.Insert(queue, at, i)
		changed.Signal()
	}
	done := func(count *int) {
		mu.Lock()
		defer mu.Unlock()
		*count++
		if left--; left == 0 {
			changed.Broadcast()
		}
	}
	poll := func(i int) {
		var t *Ticket
		if d != nil {
			var decision Decision
			t, decision, _ = d.Enter(Request{Device: fmt.Sprint(i), Credential: "netops", Interval: time.Hour}, func() { unpark(i) })
			switch decision {
			case Wait:
				return
			case Paused:
				done(&result.paused)
				return
			}
		}
		_ = t.MaySend("password")
		if f.refuses(i) {
			time.Sleep(f.refuse)
			t.Tell(Refused)
			t.Close(failure.Auth)
			done(&result.refused)
			return
		}
		time.Sleep(f.accept)
		t.Tell(Accepted)
		t.Close("")
		done(&result.up)
	}
	var workers sync.WaitGroup
	for range f.workers {
		workers.Go(func() {
			for i, ok := next(); ok; i, ok = next() {
				poll(i)
			}
		})
	}
	workers.Wait()
	result.took = time.Since(start)
	return result
}

func newDoor(most int) *Door {
	d := New(slog.New(slog.DiscardHandler))
	d.Configure(Settings{Most: most, Credentials: []Credential{{Name: "netops", Identity: secret.New("netops swordfish"), Password: true}}})
	return d
}

// TestWrongPasswordAtStart is the bound that matters most, whatever the number of workers and the time of a refusal.
func TestWrongPasswordAtStart(t *testing.T) {
	for _, workers := range []int{1, 64, 256} {
		for _, devices := range []int{1, 3, 60, 2000} {
			for _, refusal := range []time.Duration{0, 2 * time.Second} {
				synctest.Test(t, func(t *testing.T) {
					f := fleet{devices: devices, refuses: func(int) bool { return true }, accept: 200 * time.Millisecond, refuse: refusal, workers: workers}
					if got := f.sweep(newDoor(workers)); got.refused > mostTries || got.refused+got.paused != devices {
						t.Errorf("%d workers, %d devices, refusals of %v: %+v", workers, devices, refusal, got)
					}
				})
			}
		}
	}
}

// TestLocalMismatches has some devices with another password among a thousand. The healthy ones are all up in the first
// sweep, however the others lie among them; the sweep is not much longer than without a door, unless the very first
// devices happen to be those that refuse. The table that it logs is that of docs/decisions/lockout-breaker.md.
func TestLocalMismatches(t *testing.T) {
	const devices, seeds, poll = 1000, 15, time.Second
	t.Log("mismatches | workers | refusal | without | with: median, worst")
	for _, percent := range []int{1, 3, 10, 30} {
		for _, workers := range []int{64, 256} {
			for _, slow := range []time.Duration{1, 6} {
				var without, with []time.Duration
				for seed := range uint64(seeds) {
					refuses := make([]bool, devices)
					for _, i := range rand.New(rand.NewPCG(seed, uint64(percent))).Perm(devices)[:devices*percent/100] {
						refuses[i] = true
					}
					f := fleet{devices: devices, refuses: func(i int) bool { return refuses[i] }, accept: poll, refuse: slow * poll, workers: workers}
					synctest.Test(t, func(t *testing.T) {
						without = append(without, f.sweep(nil).took)
						got := f.sweep(newDoor(workers))
						with = append(with, got.took)
						if got.paused > 0 || got.up != devices-devices*percent/100 {
							t.Errorf("%d %% of %d devices refuse, %d workers: %+v", percent, devices, workers, got)
						}
					})
				}
				slices.Sort(without)
				slices.Sort(with)
				base, median, worst := without[seeds/2], with[seeds/2], with[seeds-1]
				t.Logf("%2d %% | %3d | %d polls | %2.0f | %2.0f, %2.0f", percent, workers, slow, base.Seconds(), median.Seconds(), worst.Seconds())
				limit := base + 10*poll
				if percent > 10 && slow > 1 {
					limit = 2 * base
				}
				if median > limit {
					t.Errorf("%d %% mismatches, %d workers, refusals %d times as slow: the sweep takes %v, want at most %v", percent, workers, slow, median, limit)
				}
			}
		}
	}
}
