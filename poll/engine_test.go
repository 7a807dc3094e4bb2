package poll

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
)

// fleet is a Poller that keeps book: who was polled when, and how many at once.
type fleet struct {
	answer func(d *inventory.Device, n int) (time.Duration, Outcome) // n: which poll of the device, from 1
	sends  bool                                                      // a password, which all outcomes but Auth accept

	mu      sync.Mutex
	starts  map[string][]time.Time
	now     map[string]int
	running int
	most    int
	twice   []string
}

func newFleet(answer func(d *inventory.Device, n int) (time.Duration, Outcome)) *fleet {
	return &fleet{answer: answer, starts: make(map[string][]time.Time), now: make(map[string]int)}
}

func (f *fleet) Poll(ctx context.Context, d *inventory.Device, ticket *logins.Ticket) Outcome {
	if err := ticket.Login(ctx); err != nil {
		return Outcome{Err: err}
	}
	if f.sends {
		if err := ticket.MaySend("password"); err != nil {
			return Outcome{Err: err}
		}
	}
	o := f.ask(ctx, d)
	if f.sends && ctx.Err() == nil {
		ticket.Tell(map[bool]logins.Verdict{true: logins.Refused, false: logins.Accepted}[failure.Of(o.Err) == failure.Auth])
	}
	return o
}

func (f *fleet) ask(ctx context.Context, d *inventory.Device) Outcome {
	f.mu.Lock()
	f.starts[d.Name] = append(f.starts[d.Name], time.Now())
	n := len(f.starts[d.Name])
	f.running++
	f.most = max(f.most, f.running)
	if f.now[d.Name]++; f.now[d.Name] > 1 {
		f.twice = append(f.twice, d.Name)
	}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.running--
		f.now[d.Name]--
	}()
	takes, out := f.answer(d, n)
	if !pause(ctx, takes) {
		return failed(failure.Timeout)
	}
	return out
}

func (f *fleet) of(name string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.starts[name])
}

// polls counts the polls of every device.
func (f *fleet) polls() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := make(map[string]int)
	for name, starts := range f.starts {
		m[name] = len(starts)
	}
	return m
}

func good() Outcome { return Outcome{Facts: parser.Facts{Version: "1.0"}} }

func failed(r failure.Reason) Outcome {
	return Outcome{Err: &failure.Error{Reason: r, Doing: "try"}}
}

// after answers well, each time after the same while.
func after(d time.Duration) func(*inventory.Device, int) (time.Duration, Outcome) {
	return func(*inventory.Device, int) (time.Duration, Outcome) { return d, good() }
}

var settings = Settings{Timeout: 30 * time.Second, Concurrency: 8, Spread: 0.8, KeepFacts: 24 * time.Hour}

func devices(group string, n int) []inventory.Device {
	ds := make([]inventory.Device, n)
	for i := range ds {
		ds[i] = inventory.Device{
			Name: fmt.Sprintf("lab-%s-%05d", group, i), Address: "192.0.2.1:22", Platform: "cisco_ios",
			Credential: "netops", Group: group,
		}
	}
	return ds
}

func oneGroup(s Settings, p Poller, interval time.Duration, n int) Plan {
	sends := false
	if f, ok := p.(*fleet); ok {
		sends = f.sends
	}
	return Plan{
		Settings: s, Poller: p, Credentials: []logins.Credential{{Name: "netops", Password: sends}},
		Groups: []Group{{Name: "g", Interval: interval, Devices: devices("g", n)}},
	}
}

// observed keeps the events.
type observed struct {
	mu     sync.Mutex
	events []Event
}

func (o *observed) Observe(e Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events = append(o.events, e)
}

// start runs the engine until the returned function is called.
func start(t *testing.T, plan Plan, o Observer) (*Engine, func()) {
	t.Helper()
	e, err := New(plan, slog.New(slog.DiscardHandler), o)
	if err != nil {
		t.Fatal(err)
	}
	return e, run(t, e)
}

func run(t *testing.T, e *Engine) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestFirstSweepAtOnceAndWithinTheCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		e, stop := start(t, oneGroup(settings, f, 5*time.Minute, 80), nil)
		defer stop()
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if got := len(f.polls()); got != 80 {
			t.Errorf("%d devices polled after ten rounds of 8, want 80", got)
		}
		if f.most != 8 {
			t.Errorf("%d polls at once, want 8", f.most)
		}
		got := e.Snapshot()
		if got.Polls != 80 || got.Busy != 0 || got.Queue != 0 || got.Workers != 8 {
			t.Errorf("snapshot: %d polls, %d busy, %d queued, %d workers", got.Polls, got.Busy, got.Queue, got.Workers)
		}
		if diff := cmp.Diff(map[string]Sweeps{"g": {Done: 1, Duration: 10 * time.Second, Interval: 5 * time.Minute}}, got.Sweeps); diff != "" {
			t.Errorf("sweeps (-want +got):\n%s", diff)
		}
	})
}

func TestLaterSweepsAreSpreadByPhase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := newFleet(after(time.Millisecond))
		o := &observed{}
		_, stop := start(t, oneGroup(settings, f, time.Minute, 500), o)
		defer stop()
		time.Sleep(3*time.Minute - time.Millisecond)
		synctest.Wait()
		var gaps, early int
		for name := range f.polls() {
			starts := f.of(name)
			if len(starts) != 3 {
				t.Fatalf("%s: %d polls in three sweeps", name, len(starts))
			}
			want := time.Duration(phase(name) * 0.8 * float64(time.Minute))
			if late := starts[1].Sub(began) - time.Minute - want; late < 0 || late > 100*time.Millisecond {
				t.Errorf("%s: second poll %v after its due time", name, late)
			}
			if gap := starts[2].Sub(starts[1]) - time.Minute; gap.Abs() > 100*time.Millisecond {
				gaps++
			}
			if want < 24*time.Second {
				early++
			}
		}
		if gaps > 0 {
			t.Errorf("%d devices did not come at their phase again", gaps)
		}
		if early < 200 || early > 300 {
			t.Errorf("%d of 500 devices in the first half of the spread", early)
		}
		for _, ev := range o.events[500:] {
			if ev.Lag < 0 || ev.Lag > 100*time.Millisecond {
				t.Fatalf("lag %v", ev.Lag)
			}
		}
	})
}

func TestSweepThatComesDueTooEarlyIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings
		s.Concurrency = 1
		f := newFleet(after(10 * time.Second))
		e, stop := start(t, oneGroup(s, f, time.Minute, 10), nil) // a sweep takes 100 s
		defer stop()
		time.Sleep(4*time.Minute + time.Second)
		synctest.Wait()
		got := e.Snapshot().Sweeps["g"]
		if got.Skipped != 2 || got.Done != 2 {
			t.Errorf("%d skipped, %d done; want 2 (at 1 and 3 min) and 2", got.Skipped, got.Done)
		}
		if ago := time.Since(got.LastSkip); ago != time.Minute+time.Second {
			t.Errorf("the last was skipped %v ago", ago)
		}
		if len(f.twice) > 0 {
			t.Errorf("polled twice at once: %v", f.twice)
		}
	})
}

func TestGroupCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		plan := oneGroup(settings, f, time.Minute, 20)
		plan.Groups[0].Concurrency = 3
		_, stop := start(t, plan, nil)
		defer stop()
		time.Sleep(7*time.Second + time.Millisecond)
		synctest.Wait()
		if len(f.polls()) != 20 || f.most != 3 {
			t.Errorf("%d polled, %d at once; want 20 in seven rounds of 3", len(f.polls()), f.most)
		}
	})
}

func TestLoginRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings
		s.LoginRate = 5
		f := newFleet(after(0))
		_, stop := start(t, oneGroup(s, f, time.Hour, 100), nil)
		defer stop()
		for _, want := range []int{51, 101} {
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if got := len(f.polls()); got != min(want, 100) {
				t.Errorf("%d logins, want %d", got, want)
			}
		}
	})
}

func TestShutdownIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(20 * time.Second))
		e, stop := start(t, oneGroup(settings, f, time.Minute, 20), nil)
		time.Sleep(time.Second)
		synctest.Wait()
		before := time.Now()
		stop()
		if took := time.Since(before); took > 0 {
			t.Errorf("stopped after %v", took)
		}
		if got := e.Snapshot(); got.Polls != 0 || got.Failures[failure.Timeout] != 0 {
			t.Errorf("%d polls, %d timeouts counted", got.Polls, got.Failures[failure.Timeout])
		}
	})
}

func TestPanicIsOneDevicesFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(func(d *inventory.Device, _ int) (time.Duration, Outcome) {
			if d.Name == "lab-g-00003" {
				panic("a bug")
			}
			return time.Second, good()
		})
		e, stop := start(t, oneGroup(settings, f, time.Minute, 8), nil)
		defer stop()
		time.Sleep(90 * time.Second)
		synctest.Wait()
		for _, s := range e.Snapshot().Devices {
			want := failure.Reason("")
			if s.Device.Name == "lab-g-00003" {
				want = failure.Internal
			}
			if s.Reason != want || s.Polls == 0 {
				t.Errorf("%s: reason %q after %d polls, want %q", s.Device.Name, s.Reason, s.Polls, want)
			}
		}
	})
}

func TestRetry(t *testing.T) {
	for _, tc := range []struct {
		reason    failure.Reason
		transient bool
		retries   uint64
	}{
		{failure.Session, true, 1}, {failure.Session, false, 0}, // the device refuses for good
		{failure.Auth, false, 0}, {failure.Connect, false, 0}, {failure.HostKeyChanged, false, 0}, {failure.Timeout, false, 0},
	} {
		t.Run(fmt.Sprintf("%s transient %v", tc.reason, tc.transient), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFleet(func(_ *inventory.Device, n int) (time.Duration, Outcome) {
					if n == 1 {
						return time.Second, Outcome{Err: &failure.Error{Reason: tc.reason, Transient: tc.transient}}
					}
					return time.Second, good()
				})
				e, stop := start(t, oneGroup(settings, f, time.Hour, 1), nil)
				defer stop()
				time.Sleep(time.Minute)
				synctest.Wait()
				s := e.Snapshot()
				if s.Retries != tc.retries || s.Devices[0].Retries != tc.retries || s.Polls != 1 {
					t.Errorf("%d retries in %d polls, want %d in 1", s.Retries, s.Polls, tc.retries)
				}
				if up := s.Devices[0].Up(); up != (tc.retries == 1) {
					t.Errorf("up is %v", up)
				}
			})
		})
	}
}

func TestPollNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(after(time.Second))
		e, stop := start(t, oneGroup(settings, f, time.Hour, 3), nil)
		defer stop()
		if _, ok := e.PollNow(t.Context(), "lab-unknown"); ok {
			t.Error("an unknown device was found")
		}
		s, ok := e.PollNow(t.Context(), "lab-g-00001") // the first sweep has it in flight or about to be
		if !ok || s.Polls != 1 {
			t.Errorf("%d polls, want to share the one in flight", s.Polls)
		}
		time.Sleep(time.Minute)
		if s, _ = e.PollNow(t.Context(), "lab-g-00001"); s.Polls != 2 {
			t.Errorf("%d polls, want 2", s.Polls)
		}
		time.Sleep(4 * time.Second)
		if s, _ = e.PollNow(t.Context(), "lab-g-00001"); s.Polls != 2 {
			t.Errorf("%d polls, want the result of a moment ago", s.Polls)
		}
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if s, _ = e.PollNow(ctx, "lab-g-00001"); s.Polls != 2 {
			t.Errorf("%d polls, want the status as it was", s.Polls)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := f.polls()["lab-g-00001"]; got != 3 {
			t.Errorf("%d polls, want the third to go on", got)
		}
	})
}

// TestIntervalShorterThanTheScheduler has the next sweep due before the scheduler looks at it. It runs in real time: in
// fake time nothing passes between two statements.
func TestIntervalShorterThanTheScheduler(t *testing.T) {
	e, err := New(oneGroup(settings, newFleet(after(0)), 20*time.Microsecond, 1), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	for e.Snapshot().Polls == 0 {
		select {
		case err := <-ended:
			t.Fatalf("Run ended: %v", err)
		default:
			runtime.Gosched()
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}
