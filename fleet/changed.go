package fleet

import (
	"time"

	"github.com/netver/netver_exporter/poll"
)

// recent is how long ago a change still counts as one.
const recent = time.Hour

// changeWords are the words of the parameter changed.
var changeWords = []string{"down", "reboot"}

func changes(to []string, s *poll.Status, at time.Time) []string {
	since := at.Add(-recent)
	if s.State() == poll.Down && s.LastSuccess.After(since) {
		to = append(to, "down")
	}
	if s.BootTime.After(since) {
		to = append(to, "reboot")
	}
	return to
}
