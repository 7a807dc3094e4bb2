package poll

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
)

// trace logs one poll with the time that each part of it took, at the level debug.
func (e *Engine) trace(s slot, d *inventory.Device, res *result) {
	if !e.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	platform := d.Platform
	if res.outcome.Platform != nil {
		platform = res.outcome.Platform.ID
	}
	about := []any{
		"device", d.Name, "platform", platform, "group", d.Group, "lag", short(res.start.Sub(s.due)), "took", short(res.duration),
		"phases", phases(res.outcome.Phases).String(),
	}
	if res.retries > 0 {
		about = append(about, "retries", res.retries)
	}
	if err := res.outcome.Err; err != nil {
		about = append(about, "reason", res.reason, "err", err)
	}
	e.log.Debug("polled", about...)
}

// short is a time as people read it.
func short(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

type phases []Phase

// String is on one line: "resolve 1ms, connect 2ms, show version 35ms, close 1ms (failed)".
func (all phases) String() string {
	words := make([]string, len(all))
	for i, p := range all {
		words[i] = cmp.Or(p.Command, p.Name) + " " + short(p.Duration).String()
		if p.Failed {
			words[i] += " (failed)"
		}
	}
	return strings.Join(words, ", ")
}

// reportLimit logs that a limit of ours is reached, once until a poll gets through.
func (e *Engine) reportLimit(err error) {
	switch {
	case failure.OwnLimit(err):
		if !e.limited.Swap(true) {
			e.log.Error("polls fail at a limit of this machine or process, not at the devices; raise it, or lower poll.concurrency", "err", err)
		}
	case err == nil:
		e.limited.Store(false)
	}
}

// report logs what has changed since the last poll.
func (e *Engine) report(old, s *Status, res *result) {
	outcomeChanged := res.logged && res.previous != res.reason
	if !outcomeChanged && s.Reboots == old.Reboots && s.VersionChanges == old.VersionChanges {
		return
	}
	log := e.log.With("device", s.Device.Name, "platform", s.Platform)
	err := res.outcome.Err
	switch {
	case !outcomeChanged:
	case err == nil:
		log.Info("device is up again", "after", res.previous)
	case res.previous == "":
		log.Warn("device is down", "reason", res.reason, "err", err, stack(err))
	default:
		log.Warn("device is down for another reason", "reason", res.reason, "before", res.previous, "err", err, stack(err))
	}
	if s.Reboots > old.Reboots {
		log.Warn("device has rebooted", "boot_time", s.BootTime.UTC(), "reboots", s.Reboots)
	}
	if s.VersionChanges > old.VersionChanges {
		log.Info("device has changed its version", "before", res.version, "version", s.Facts.Version)
	}
}

// stack is the log's attribute for a panic, and nothing for other errors.
func stack(err error) slog.Attr {
	if p, ok := errors.AsType[*panicError](err); ok {
		return slog.String("stack", string(p.stack))
	}
	return slog.Attr{}
}
