// Package app turns a configuration into a running exporter: plan, start, reload, serve, stop. It is what the commands share.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/netver/netver_exporter/cluster"
	"github.com/netver/netver_exporter/collector"
	"github.com/netver/netver_exporter/config"
	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/web"
)

// Options are what the command line says of a run.
type Options struct {
	ConfigFile string
	StateFile  string        // "": no state is kept
	Lifecycle  bool          // POST /-/reload is allowed
	Shard      cluster.Shard // of the inventory, which alone is polled; the zero value: all of it
	Web        *toolkit.FlagConfig
	Listening  func(url string) // told once the server listens; nil: nobody asks
	Hangup     <-chan os.Signal // reloads the configuration, also while it is still being loaded; nil: nobody sends it
}

// gcPercent is how much garbage the heap may hold before it is collected, in percent of what is in use, where GOGC says
// nothing else: with Go's 100 a poll costs a twentieth more CPU, most of it for looking through what stays.
const gcPercent = 200

// Run polls on schedule and serves, until the context ends.
func Run(ctx context.Context, o Options, log *slog.Logger) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	log.Info("starting netver_exporter", "version", version.Info(), "config_file", o.ConfigFile, "state_file", o.StateFile)
	x, err := start(ctx, o, log)
	switch {
	case err != nil && ctx.Err() != nil: // told to stop while it loaded: an end as any other
		log.Info("stopped before the start", "reason", context.Cause(ctx), "err", err)
		return nil
	case err != nil:
		return err
	}
	config := web.Config{
		Version:   version.Version,
		Metrics:   x.collector,
		Poll:      x.engine.PollNow,
		Views:     fleet.NewCache(x.wholeFleet, x.order, x.names),
		History:   x.engine.History,
		Origin:    x.origin,
		Elsewhere: x.elsewhere,
		Policy:    x.currentPolicy,
		Loaded:    x.latestLoad,
		Ready:     x.ready,
		Reload:    func() error { return x.reload(ctx) },
		Lifecycle: o.Lifecycle,
		Log:       log,
	}
	if x.membership != nil {
		config.Peers = x.membership.handler()
	}
	handler, err := web.New(config)
	if err != nil {
		return err
	}
	return x.serve(ctx, handler, o)
}

// exporter is a running program: one engine, what it exports, and the file that both follow.
type exporter struct {
	file       string // configuration
	stateFile  string // "": no state is kept
	log        *slog.Logger
	engine     *poll.Engine
	collector  *collector.Collector
	sessions   *device.Sessions
	partition  partition
	membership *membership    // nil: the process is in no cluster
	cluster    config.Cluster // the settings by which that is so, of the start
	rotation   *rotation
	policy     *follower
	inventory  atomic.Pointer[Inventory] // of the configuration that is in force
	replaced   chan struct{}             // tells of another inventory
	latest     atomic.Pointer[loading]   // of the configuration

	reloading sync.Mutex // one reload at a time, however long it reads files and secrets
	swapping  sync.Mutex // held while a plan, its devices or this process's share are put into force, which waits for nothing
	plan      *Plan      // in force; a reload alone replaces it, with both held, and its devices change with swapping held

	told map[string]string // problems of sources that the log has, by group and source; of readSources alone
}

// start loads the configuration and makes an exporter that does not run yet.
func start(ctx context.Context, o Options, log *slog.Logger) (*exporter, error) {
	x := &exporter{
		file: o.ConfigFile, stateFile: o.StateFile, log: log, collector: collector.New(), sessions: device.NewSessions(),
		rotation: newRotation(), replaced: make(chan struct{}, 1), told: map[string]string{},
	}
	if o.Shard != (cluster.Shard{}) {
		share := o.Shard.Share()
		x.partition.share = &share
	}
	plan, err := x.load(ctx)
	if err != nil {
		return nil, err
	}
	if x.stateFile != "" {
		if err := inventory.Recall(listsFile(x.stateFile), plan.Inventory.Feeds()); err != nil {
			log.Warn("starting without the sources' lists of the last run", "err", err)
		}
		plan.Groups, _ = plan.Inventory.merge()
	}
	if err := o.check(plan); err != nil {
		return nil, err
	}
	x.cluster = plan.Config.Cluster
	if x.membership, err = x.join(plan, o); err != nil {
		return nil, err
	}
	part := x.part(plan)
	if x.engine, err = poll.New(part, log, x.collector); err != nil {
		return nil, err
	}
	if err := x.loadState(); err != nil {
		return nil, err
	}
	x.policy = &follower{swapped: make(chan struct{}, 1), rejudge: x.engine.Rejudge, log: log}
	x.policy.follow(plan.Policy)
	x.collector.Watch(x)
	x.sessions.Keep(plan.asker, part.Groups)
	x.loaded(plan, nil)
	return x, nil
}

// load is Load for the exporter's file, except that it ends with the context: a file may be on a mount that hangs, and then
// what waits for it is left behind.
func (x *exporter) load(ctx context.Context) (*Plan, error) {
	type result struct {
		plan *Plan
		err  error
	}
	done := make(chan result, 1)
	w := Wiring{Sessions: x.sessions, Log: x.log, Refused: x.rotation.tell, Before: x.plan}
	go func() {
		plan, err := Load(x.file, w)
		done <- result{plan, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("load %s: %w", x.file, ctx.Err())
	case r := <-done:
		return r.plan, r.err
	}
}

// reload builds the new configuration whole and then swaps; a broken file changes nothing.
func (x *exporter) reload(ctx context.Context) error {
	x.reloading.Lock()
	defer x.reloading.Unlock()
	plan, err := x.load(ctx)
	if plan == nil && ctx.Err() != nil { // the program ends: nothing is known of the file
		return err
	}
	x.swapping.Lock()
	defer x.swapping.Unlock()
	if err == nil {
		plan.Inventory.inherit(x.inventory.Load())
		plan.Groups, _ = plan.Inventory.merge()
		err = x.apply(plan)
	}
	if err == nil {
		x.policy.follow(plan.Policy)
	} else if plan != nil {
		plan.Close()
	}
	x.loaded(plan, err)
	return err
}

// secretsChanged reads the secrets of a credential again.
func (x *exporter) secretsChanged(credential string) bool {
	x.reloading.Lock()
	defer x.reloading.Unlock()
	if !x.plan.Config.SecretsChanged(credential) {
		return false
	}
	x.log.Info("a secret has changed since it was read; the configuration is loaded again", "credential", credential)
	return true
}

// serve runs server and engine until the context ends or one of them fails. No device is asked before the port is ours.
// The engine ends first, so that /metrics can be read until the last poll is in.
func (x *exporter) serve(ctx context.Context, handler http.Handler, o Options) error {
	var background sync.WaitGroup // reloads, and the reading of sources
	defer background.Wait()
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	polling, stopPolling := context.WithCancel(ctx)
	defer stopPolling()
	listening, served, polled := make(chan string, 1), make(chan error, 1), make(chan error, 1)
	go func() { served <- web.Serve(serving, handler, o.Web, x.log, listening) }()
	select {
	case err := <-served:
		return err
	case url := <-listening:
		if o.Listening != nil {
			o.Listening(url)
		}
	}
	go func() { polled <- x.poll(polling) }()
	background.Go(func() { x.readSources(polling) })
	background.Go(func() {
		<-polling.Done()
		if ctx.Err() != nil {
			x.log.Info("stopping", "reason", context.Cause(ctx))
		}
	})
	background.Go(func() { x.reloadAt(polling, o.Hangup) })
	select {
	case err := <-served:
		stopPolling()
		return errors.Join(err, <-polled)
	case err := <-polled:
		stopServing()
		return errors.Join(err, <-served)
	}
}

// reloadAt reloads at each signal, until the context ends. One that comes meanwhile waits in the channel for the next reload, which
// serves for all that come before it.
func (x *exporter) reloadAt(ctx context.Context, hangup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			_ = x.reload(ctx) // it has said how it went
		}
	}
}

// poll runs the engine, and keeps sessions and verdicts as long as it runs.
func (x *exporter) poll(ctx context.Context) error {
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	var keeper sync.WaitGroup
	keeper.Go(func() { x.sessions.Run(keeping) })
	keeper.Go(func() {
		x.rotation.run(keeping, x.secretsChanged, func() error { return x.reload(keeping) })
	})
	keeper.Go(func() { x.policy.run(keeping) })
	ctx, leave := x.membership.join(ctx, &keeper)
	defer leave()
	defer func() {
		stop()
		keeper.Wait()
		x.swapping.Lock()
		defer x.swapping.Unlock()
		x.plan.Close()
	}()
	return x.pollWithState(ctx)
}
