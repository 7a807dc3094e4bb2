package cli

import (
	"testing"
	"time"

	"github.com/netver/netver_exporter/web"
)

func TestUptime(t *testing.T) {
	const day = 24 * time.Hour
	for age, want := range map[time.Duration]string{
		0: "0s", 1400 * time.Millisecond: "1s", 10 * time.Second: "10s", 5 * time.Minute: "5m", 5*time.Minute + 10*time.Second: "5m10s", 20 * time.Hour: "20h",
		day: "1d", day - time.Millisecond: "1d", 379 * day: "379d", 517*day + 8*time.Hour + 38*time.Minute: "517d 8h38m", 2*day + 3*time.Second: "2d 3s",
	} {
		seconds := age.Seconds()
		if got := uptime(web.Device{Uptime: &seconds}); got != want {
			t.Errorf("%v: %q, want %q", age, got, want)
		}
	}
	if got := uptime(web.Device{}); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}
