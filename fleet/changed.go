package fleet

import (
	"time"

	"github.com/netver/netver_exporter/poll"
)

// recent is how long ago a change still counts as one.
const recent = time.Hour

// The words of the parameter changed. A device has those of its changes within the last hour that were seen by polls.
const (
	WentDown       = "down"
	CameBack       = "up"
	Rebooted       = "reboot"
	ChangedVersion = "version"
)

var changeWords = []string{WentDown, CameBack, Rebooted, ChangedVersion}

func changes(to []string, s *poll.Status, at time.Time) []string {
	since := at.Add(-recent)
	if s.Since.After(since) {
		switch s.State() {
		case poll.Down:
			to = append(to, WentDown)
		case poll.Up:
			to = append(to, CameBack)
		}
	}
	if s.Rebooted.After(since) {
		to = append(to, Rebooted)
	}
	if s.VersionChanged.After(since) {
		to = append(to, ChangedVersion)
	}
	return to
}
