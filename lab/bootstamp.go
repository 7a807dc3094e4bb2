package lab

import (
	"time"

	"github.com/netver/netver_exporter/parser"
)

// bootStamp is the other way to tell an age: the time of the boot, beside the device's own clock, which stands still.
type bootStamp struct {
	layout string
	clock  time.Time
}

// stampLayouts are the notations in which the lab can write a time of boot.
var stampLayouts = []string{"2006/01/02 15:04:05 -07:00", time.ANSIC, "2006-01-02 15:04:05", time.RFC3339}

// newBootStamp makes one of the time of boot that was read, nil if there is no clock beside it in the same notation.
func newBootStamp(boot parser.Match, matches []parser.Match) *bootStamp {
	for _, m := range matches {
		if m.Fact != "clock" {
			continue
		}
		for _, layout := range stampLayouts {
			_, err := time.Parse(layout, boot.Value)
			clock, clockErr := time.Parse(layout, m.Value)
			if err == nil && clockErr == nil {
				return &bootStamp{layout: layout, clock: clock}
			}
		}
	}
	return nil
}

// at is the time of the boot of a device that has been up for so long.
func (s *bootStamp) at(age time.Duration) string { return s.clock.Add(-age).Format(s.layout) }
