package poll

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// runner is what lives as long as Run: the workers, the schedule, and one goroutine a group. Run alone touches it.
type runner struct {
	engine   *Engine
	schedule gocron.Scheduler
	workers  *workers
	live     map[*group]*job
	groups   sync.WaitGroup
}

// job is a group at work.
type job struct {
	cancel   context.CancelFunc
	tick     gocron.Job
	interval time.Duration
}

// reconcile brings workers, schedule and groups in line with the current plan.
func (r *runner) reconcile(ctx context.Context) error {
	now := r.engine.current.Load()
	if n := now.settings.Concurrency; r.workers == nil || len(r.workers.done) != n {
		r.workers = startWorkers(n, r.workers, r.engine.lanes, func(s slot) { r.engine.serve(ctx, s) })
	}
	for g, j := range r.live {
		stays := now.groups[g.name] == g
		if stays && j.interval == g.period() {
			continue
		}
		if err := r.schedule.RemoveJob(j.tick.ID()); err != nil {
			return fmt.Errorf("group %q: end its schedule: %w", g.name, err)
		}
		if !stays {
			j.cancel()
			delete(r.live, g)
			continue
		}
		if err := r.tick(g, j); err != nil {
			return err
		}
	}
	for _, g := range now.groups {
		if r.live[g] != nil {
			continue
		}
		ctx, cancel := context.WithCancel(ctx)
		j := &job{cancel: cancel}
		r.live[g] = j
		if err := r.tick(g, j); err != nil {
			return err
		}
		r.groups.Go(func() { g.run(ctx) })
	}
	return nil
}

// tick gives a group its schedule: the first sweep now, the next an interval after.
func (r *runner) tick(g *group, j *job) error {
	now := time.Now()
	start, interval := g.open(now)
	next := start.Add(interval)
	for !next.After(now) { // a restored schedule may have missed some
		next = next.Add(interval)
	}
	tick, err := r.schedule.NewJob(
		gocron.DurationJob(interval),
		gocron.NewTask(g.tick),
		gocron.WithName(g.name),
		gocron.WithSingletonMode(gocron.LimitModeReschedule),
		gocron.WithStartAt(gocron.WithStartDateTimePast(next)), // it may be past by the time that gocron looks
	)
	if err != nil {
		return fmt.Errorf("group %q: schedule: %w", g.name, err)
	}
	j.tick, j.interval = tick, interval
	return nil
}

// stop ends the sweeps, then the polls in flight. The schedule comes after it: gocron spins while a task runs.
func (r *runner) stop() {
	for _, j := range r.live {
		j.cancel()
	}
	r.groups.Wait()
	r.workers.stop()
}
