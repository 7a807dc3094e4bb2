package pages

import (
	"fmt"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// BenchmarkOverview is the CPU time of a page: of a snapshot that nobody has asked for yet, and of one that somebody has.
func BenchmarkOverview(b *testing.B) {
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	for _, size := range []int{50_000, 500_000} {
		x := fleetOf()
		for i := range size {
			d := deviceNamed(fmt.Sprintf("sw-%06d", i), judged(version.Verdict{Rule: "r", Compliant: version.Answer(1 + i%2)}))
			d.Platform = []string{"cisco_ios", "cisco_nxos", "arista_eos"}[i%3]
			d.Facts.Uptime = &parser.Uptime{Age: time.Duration(i*7919%40_000_000) * time.Second}
			d.Facts.Version = fmt.Sprintf("17.%d.%d", i%12, i%7)
			if i%50 == 0 {
				d.Reason, d.Err = failure.Connect, fmt.Sprintf("connect to 10.0.0.1:22: refused %c", 'a'+i%26)
			}
			x.snapshot.Devices = append(x.snapshot.Devices, d)
		}
		for _, path := range []string{"/", "/?sort=-uptime&platform=cisco_*&q=sw-", "/versions"} {
			for name, fresh := range map[string]bool{"new": true, "again": false} {
				b.Run(fmt.Sprintf("%d%s/%s", size, path, name), func(b *testing.B) {
					mux := x.mux(b)
					ask := func() { mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)) }
					ask()
					var total time.Duration
					for b.Loop() {
						if fresh {
							x.snapshot = poll.Snapshot{Devices: x.snapshot.Devices}
							_, _ = x.views.Fresh(b.Context())
						}
						start := spent()
						ask()
						total += spent() - start
					}
					b.ReportMetric(float64(total.Microseconds())/1000/float64(b.N), "cpu-ms/op")
				})
			}
		}
	}
}
