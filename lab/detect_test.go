package lab_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/lab"
)

// Detection names the platform of nearly every sample that shows its platform's mark, and never a wrong one.
func TestDetect(t *testing.T) {
	devices, poller := startSamples(t, func(*lab.Device) {})
	right, marked := 0, 0
	for _, d := range devices {
		if d.Platform.Detect.Line == nil {
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		found, err := poller.Detect(ctx, &inventory.Device{Name: d.Name, Address: d.Addr(), Platform: inventory.Auto, Credential: "lab"})
		cancel()
		if shows(d) {
			marked++
		}
		switch {
		case err != nil:
			t.Logf("%s: %v", d.Name, err)
		case found.Mark.Platform != d.Platform:
			t.Errorf("%s: taken for %s by %q in the answer to %q", d.Name, found.Mark.Platform.ID, found.Mark.Line, found.Mark.Command)
		default:
			right++
		}
	}
	if t.Logf("%d of %d", right, marked); right*10 < marked*9 {
		t.Errorf("%d of the %d samples that show their mark were named, want 9 of 10", right, marked)
	}
}

// shows reports whether the device gives its platform's mark away.
func shows(d *lab.Device) bool {
	for _, a := range d.Answers() {
		if a.Command != d.Platform.Detect.Command {
			continue
		}
		for line := range strings.Lines(a.Text) {
			if d.Platform.Detect.Line.MatchString(strings.TrimRight(line, "\r\n")) {
				return true
			}
		}
	}
	return false
}
