package app

import (
	"reflect"
	"time"
)

// loading is how the latest load of the configuration went.
type loading struct {
	at time.Time // of the latest that succeeded
	ok bool      // the latest succeeded
}

// loaded makes known how a load went and what it brought, in the metrics and in the log.
func (x *exporter) loaded(plan *Plan, err error) {
	now := time.Now()
	x.collector.Reloaded(err == nil, now)
	if err != nil {
		x.latest.Store(&loading{at: x.latest.Load().at})
		x.log.Error("configuration not loaded, the old one stays", "file", x.file, "err", err)
		return
	}
	x.latest.Store(&loading{now, true})
	about := []any{
		"file", x.file, "devices", plan.Devices(), "groups", len(plan.Groups), "sources", len(plan.Inventory.feeds),
		"credentials", len(plan.Credentials), "jump_hosts", len(plan.Config.JumpHosts),
	}
	if x.plan != nil {
		if !reflect.DeepEqual(x.cluster, plan.Config.Cluster) {
			x.log.Warn("the settings of cluster have changed, and count from the next start on")
		}
		about = append(about, changes(x.plan.Groups, plan.Groups)...)
		x.plan.Close()
	}
	x.plan = plan
	x.inventory.Store(plan.Inventory)
	wake(x.replaced)
	x.collector.Declare(plan.Platforms.Own())
	x.collector.ShowMembers(plan.Config.Collector.Members)
	for _, warning := range plan.Warnings {
		x.log.Warn(warning)
	}
	x.log.Info("configuration loaded", about...)
}

// latestLoad tells of the latest load of the configuration that succeeded, and whether the latest of all did.
func (x *exporter) latestLoad() (at time.Time, ok bool) {
	l := x.latest.Load()
	return l.at, l.ok
}
