package collector

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// Collector gathers everything that /metrics shows. Make it with New. It is the engine's poll.Observer and a
// prometheus.TransactionalGatherer; what it gathers may be read by many at once and must not be changed.
type Collector struct {
	source  atomic.Pointer[Source]
	process *process
	help    atomic.Pointer[map[string]string] // of the platforms' own gauges, by family name
	members atomic.Bool                       // members have series of their own

	text, protobuf rendering // text: of OpenMetrics too
}

// Source takes snapshots; *poll.Engine does.
type Source interface{ Snapshot() poll.Snapshot }

// New makes a collector that has no source yet.
func New() *Collector {
	c := &Collector{process: newProcess(), text: rendering{encoding: text{}}, protobuf: rendering{encoding: protobuf{}}}
	c.Declare(nil)
	return c
}

// Watch sets the source. Before it there are no families but those of the process itself.
func (c *Collector) Watch(s Source) { c.source.Store(&s) }

// Observe takes a poll that has ended into the histograms.
func (c *Collector) Observe(e poll.Event) { c.process.observe(e) }

// Reloaded takes the outcome of a load of the configuration.
func (c *Collector) Reloaded(ok bool, at time.Time) { c.process.reload(ok, at) }

// Declare tells which platforms may have gauges of their own, for the HELP of these. It replaces what was declared before.
func (c *Collector) Declare(platforms []*parser.Platform) {
	help := make(map[string]string)
	for _, p := range platforms {
		for _, g := range p.Gauges() {
			help[prefix+g.Name] = g.Help
		}
	}
	c.help.Store(&help)
}

// ShowMembers says whether every member of a stack or cluster has a series of its own. It has none by default.
func (c *Collector) ShowMembers(show bool) { c.members.Store(show) }

// shows reports whether a family is shown.
func (c *Collector) shows(name string) bool { return name != memberInfo || c.members.Load() }

// devices returns the families about devices that are shown.
func (c *Collector) devices(all []*poll.Status) []*dto.MetricFamily {
	families := gatherDevices(all, *c.help.Load())
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return !c.shows(f.GetName()) })
}

// Gather returns all families, sorted by name.
func (c *Collector) Gather() (families []*dto.MetricFamily, done func(), err error) {
	families, err = c.process.registry.Gather()
	if source := c.source.Load(); source != nil {
		s := (*source).Snapshot()
		fleet, failed := gatherFleet(s)
		families, err = slices.Concat(families, fleet, c.devices(s.Devices)), errors.Join(err, failed)
	}
	sortFamilies(families)
	return families, func() {}, err
}

// Device gathers the series of one device alone.
func (c *Collector) Device(s *poll.Status) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families := c.devices([]*poll.Status{s})
		sortFamilies(families)
		return families, nil
	})
}
