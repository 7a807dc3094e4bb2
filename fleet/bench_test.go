package fleet

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// many is a fleet of a size, of which two in a hundred are down.
func many(size int) poll.Snapshot {
	s := poll.Snapshot{Devices: make([]*poll.Status, size)}
	for i := range s.Devices {
		platform := []string{"cisco_ios", "cisco_nxos", "arista_eos", "juniper_junos"}[i%4]
		d := &poll.Status{
			Device: inventory.Device{
				Name: fmt.Sprintf("device-%07d", i), Address: fmt.Sprintf("10.%d.%d.%d:22", i>>16, i>>8&255, i&255), Platform: platform,
				Labels: []inventory.Label{{Name: "role", Value: []string{"access", "core", "edge"}[i%3]}, {Name: "site", Value: fmt.Sprintf("site%03d", i%400)}},
			},
			Platform: platform, LastPoll: now.Add(-time.Duration(i%300) * time.Second), Duration: time.Duration(i%977) * time.Millisecond,
			Facts: parser.Facts{
				Version: fmt.Sprintf("15.%d(%d)E%d", i%9, i%31, i%7), Model: fmt.Sprintf("C%d", 9000+i%50), Serial: fmt.Sprintf("FOC%07d", i),
				Uptime: &parser.Uptime{Age: time.Duration(i*7919%40_000_000) * time.Second},
			},
			Verdict: &version.Verdict{Rule: "all", Compliant: version.Answer(i % 3)},
		}
		d.LastSuccess = d.LastPoll
		if i%50 == 0 {
			d.Reason, d.Err = failure.ConnectTimeout, "connect to "+d.Device.Address+": no answer in 5 s"
		}
		s.Devices[i] = d
	}
	return s
}

// cpu reports the CPU time of a benchmark's loop, which a busy machine does not change.
func cpu(b *testing.B) (end func()) {
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := spent()
	return func() { b.ReportMetric(float64((spent()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op") }
}

// BenchmarkFind is the time of a question to a new snapshot, and of a further one to the same.
func BenchmarkFind(b *testing.B) {
	orders := func(string) *version.Order { return nil }
	for _, size := range []int{50_000, 500_000} {
		s := many(size)
		for name, q := range map[string]Query{
			"worst first": {Sort: "state"},
			"version":     {Sort: "-version"},
			"search":      {Sort: "state", Search: "site399 c90"},
			"filters":     {Sort: "-uptime", Filters: []Filter{{"platform", []string{"cisco_*"}}, {"label.role", []string{"core"}}}},
		} {
			ask := func(v *View) {
				v.Prepare("state", "verdict", "platform", "reason", "label.site", "label.role")
				v.Find(q).Slice(0, 100)
			}
			b.Run(fmt.Sprintf("%d/%s/new", size, name), func(b *testing.B) {
				defer cpu(b)()
				for b.Loop() {
					ask(New(s, orders, noNames, now))
				}
			})
			b.Run(fmt.Sprintf("%d/%s/again", size, name), func(b *testing.B) {
				v := New(s, orders, noNames, now)
				ask(v)
				defer cpu(b)()
				for b.Loop() {
					ask(v)
				}
			})
		}
	}
}
