package poll

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/secret"
)

// instant lets in and answers at once, so that what is measured is the engine.
type instant struct{ outcome Outcome }

func (p instant) Poll(_ context.Context, _ *inventory.Device, ticket *logins.Ticket) Outcome {
	if err := ticket.MaySend("password"); err != nil {
		return Outcome{Err: err}
	}
	ticket.Tell(logins.Accepted)
	return p.outcome
}

var answered = instant{Outcome{Facts: parser.Facts{
	Version: "17.9.4a", Model: "C9300-48P", Serial: "FCH0000J1AA", Hostname: "lab-sw-1",
}}}

// lags keeps the lag of each poll and says when the wanted number is there.
type lags struct {
	all  []time.Duration
	n    atomic.Int64
	done chan struct{}
}

func newLags(n int) *lags { return &lags{all: make([]time.Duration, n), done: make(chan struct{})} }

func (l *lags) Observe(e Event) {
	if i := int(l.n.Add(1)); i <= len(l.all) {
		l.all[i-1] = e.Lag
		if i == len(l.all) {
			close(l.done)
		}
	}
}

// run has an engine work by a plan until the wanted number is there.
func (l *lags) run(b *testing.B, plan Plan) {
	b.Helper()
	e, err := New(plan, slog.New(slog.DiscardHandler), l)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() { ended <- e.Run(ctx) }()
	<-l.done
	cancel()
	<-ended
}

// BenchmarkDispatch is what the engine costs a poll beyond the poll itself: schedule, door, lanes, workers, record, status.
func BenchmarkDispatch(b *testing.B) {
	const fleet = 50_000
	for _, credentials := range []int{1, fleet} {
		b.Run(fmt.Sprintf("credentials=%d", credentials), func(b *testing.B) {
			s := settings
			s.Concurrency = 64
			plan := oneGroup(s, answered, time.Hour, fleet)
			plan.Credentials = nil
			for i := range credentials {
				name := fmt.Sprint("of-", i)
				plan.Credentials = append(plan.Credentials, logins.Credential{Name: name, Identity: secret.New(name), Password: true})
			}
			for i := range plan.Groups[0].Devices {
				plan.Groups[0].Devices[i].Credential = fmt.Sprint("of-", i%credentials)
			}
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				newLags(fleet).run(b, plan)
			}
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/1000/float64(b.N)/fleet, "cpu-µs/poll")
		})
	}
}

// BenchmarkFullJumpHost is what a poll costs the engine that has waited, with 50,000 others, for a place at its jump host.
func BenchmarkFullJumpHost(b *testing.B) {
	for _, fleet := range []int{5_000, 50_000} {
		b.Run(fmt.Sprintf("devices=%d", fleet), func(b *testing.B) {
			p := newCrowd(newFleet(after(0)), map[string]int{"bastion": 4})
			s := settings
			s.Concurrency = 64
			plan := oneGroup(s, p, time.Hour, fleet)
			for i := range plan.Groups[0].Devices {
				plan.Groups[0].Devices[i].Jump = "bastion"
			}
			before := cpu()
			for b.Loop() {
				newLags(fleet).run(b, plan)
			}
			b.ReportMetric(float64((cpu()-before).Nanoseconds())/1000/float64(b.N)/float64(fleet), "cpu-µs/poll")
		})
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkLag is start minus due at 50,000 devices a minute, over one sweep of ten seconds.
func BenchmarkLag(b *testing.B) {
	const fleet, interval = 50_000 / 6, 10 * time.Second
	s := settings
	s.Concurrency = 64
	for b.Loop() {
		o := newLags(2 * fleet)
		o.run(b, oneGroup(s, answered, interval, fleet))
		spread := o.all[fleet:] // the first sweep comes all at once
		slices.Sort(spread)
		b.ReportMetric(float64(spread[len(spread)*99/100])/1e6, "p99-ms")
	}
}

// BenchmarkSnapshot is what a scrape asks of the engine.
func BenchmarkSnapshot(b *testing.B) {
	e, err := New(oneGroup(settings, answered, time.Hour, 50_000), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		e.Snapshot()
	}
}
