// Package collector knows what is exposed: one table of metrics over a snapshot. It never polls, and it keeps no state of
// a device but what it has rendered of it.
package collector

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// metric is one row about devices: a series for each device for which value knows one. Every series has the label
// device and the operator's labels; labels are the row's own.
type metric struct {
	name   string
	kind   dto.MetricType
	help   string
	labels []label
	value  func(*poll.Status) (v float64, known bool)
}

// label is a label of a row's own.
type label struct {
	name   string
	value  func(*poll.Status) string
	sparse bool // left out where it is empty
}

// without reports whether a device's series goes without the label.
func (l *label) without(value string) bool { return l.sparse && value == "" }

const (
	gauge   = dto.MetricType_GAUGE
	counter = dto.MetricType_COUNTER
)

// metrics is every series about a device, ordered by name.
var metrics = [...]metric{
	{
		name: "netver_device_boot_time_seconds", kind: gauge,
		help:  "Unix time of the device's last boot, as of the latest poll; it does not change because uptimes are rounded.",
		value: func(s *poll.Status) (float64, bool) { return seconds(s.BootTime), !s.BootTime.IsZero() },
	},
	{
		name: "netver_device_failure_reason", kind: gauge,
		help:   "Why polling the device failed, as of the latest poll; absent while it succeeds.",
		labels: []label{{name: "reason", value: func(s *poll.Status) string { return string(s.Reason) }}},
		value:  func(s *poll.Status) (float64, bool) { return 1, s.Reason != "" },
	},
	{
		name: "netver_device_info", kind: gauge,
		help: "Facts that the device reported, as of the latest poll that succeeded.",
		labels: []label{
			{name: "address", value: func(s *poll.Status) string { return s.Device.Address }},
			{name: "hostname", value: func(s *poll.Status) string { return s.Facts.Hostname }},
			{name: "model", value: func(s *poll.Status) string { return s.Facts.Model }},
			{name: "patch", value: func(s *poll.Status) string { return s.Facts.Patch }, sparse: true},
			{name: "platform", value: func(s *poll.Status) string { return s.Platform }},
			{name: "serial", value: func(s *poll.Status) string { return s.Facts.Serial }},
			{name: "vendor", value: func(s *poll.Status) string { return s.Vendor }},
			{name: "version", value: func(s *poll.Status) string { return s.Facts.Version }},
		},
		value: func(s *poll.Status) (float64, bool) { return 1, s.Facts.Version != "" },
	},
	{
		name: "netver_device_last_poll_timestamp_seconds", kind: gauge,
		help:  "Unix time at which the latest poll of the device began, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return millis(s.LastPoll), !s.LastPoll.IsZero() },
	},
	{
		name: "netver_device_last_success_timestamp_seconds", kind: gauge,
		help:  "Unix time at which the latest successful poll of the device began, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return millis(s.LastSuccess), !s.LastSuccess.IsZero() },
	},
	{
		name: "netver_device_members", kind: gauge,
		help:  "Members of the device's stack or cluster, as of the latest poll that succeeded; absent where the CLI tells of none.",
		value: func(s *poll.Status) (float64, bool) { return float64(len(s.Facts.Members)), len(s.Facts.Members) > 0 },
	},
	{
		name: "netver_device_members_version_differs", kind: gauge,
		help: "Members that run another version than the device, as of the latest poll that succeeded; absent where the CLI tells no versions of members.",
		value: func(s *poll.Status) (n float64, known bool) {
			for _, m := range s.Facts.Members {
				n += truth(m.Differs)
				known = known || m.Version != ""
			}
			return n, known
		},
	},
	{
		name: "netver_device_next_boot_differs", kind: gauge,
		help: "Whether another image than the running one will boot next (1) or not (0), as of the latest poll that succeeded; absent where the CLI does not tell.",
		value: func(s *poll.Status) (float64, bool) {
			return truth(s.Facts.NextBootDiffers != nil && *s.Facts.NextBootDiffers), s.Facts.NextBootDiffers != nil
		},
	},
	{
		name: "netver_device_poll_duration_seconds", kind: gauge,
		help:  "Duration of the latest poll of the device, from start to end, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return s.Duration.Seconds(), !s.Pending() },
	},
	{
		name: "netver_device_poll_failures_total", kind: counter,
		help:  "Polls of the device that failed, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return float64(s.Failures), true },
	},
	{
		name: "netver_device_polls_total", kind: counter,
		help:  "Polls of the device, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return float64(s.Polls), true },
	},
	{
		name: "netver_device_reboots_total", kind: counter,
		help:  "Reboots of the device that were seen, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return float64(s.Reboots), true },
	},
	{
		name: "netver_device_reload_info", kind: gauge,
		help:   "Why the device last booted, in its own words, as of the latest poll that succeeded; absent where the CLI does not tell.",
		labels: []label{{name: "reason", value: func(s *poll.Status) string { return s.Facts.ReloadReason }}},
		value:  func(s *poll.Status) (float64, bool) { return 1, s.Facts.ReloadReason != "" },
	},
	{
		name: "netver_device_up", kind: gauge,
		help: "Whether polling the device succeeded (1) or failed (0), as of the latest poll; absent before the first one.",
		value: func(s *poll.Status) (float64, bool) {
			if s.Up() {
				return 1, true
			}
			return 0, !s.Pending()
		},
	},
	{
		name: "netver_device_uptime_seconds", kind: gauge,
		help: "Time since the device booted, as of the latest poll; absent while polling it fails.",
		value: func(s *poll.Status) (float64, bool) {
			if s.Facts.Uptime == nil {
				return 0, false
			}
			return s.Facts.Uptime.Age.Seconds(), true
		},
	},
	{
		name: "netver_device_version_changes_total", kind: counter,
		help:  "Changes of the device's software version that were seen, as of the latest poll.",
		value: func(s *poll.Status) (float64, bool) { return float64(s.VersionChanges), true },
	},
	{
		name: "netver_device_version_compliant", kind: gauge,
		help: "Whether the device runs what the rule that judges it wants (1) or not (0), as of the latest poll; absent where that cannot be compared.",
		labels: []label{
			{"rule", func(s *poll.Status) string { return s.Verdict.Rule }, false},
			{"wanted", func(s *poll.Status) string { return s.Verdict.Wanted }, false},
		},
		value: func(s *poll.Status) (float64, bool) {
			if s.Verdict == nil {
				return 0, false
			}
			return truth(s.Verdict.Compliant == version.Yes), s.Verdict.Compliant != version.Unknown
		},
	},
	{
		name: "netver_device_version_eol_timestamp_seconds", kind: gauge,
		help:   "Unix time of the end of life of the release that the device runs, as of the latest poll; absent where no date is known.",
		labels: []label{{"release", func(s *poll.Status) string { return s.Verdict.EOL.Release }, false}},
		value: func(s *poll.Status) (float64, bool) {
			if s.Verdict == nil || s.Verdict.EOL == nil {
				return 0, false
			}
			return seconds(s.Verdict.EOL.Time), !s.Verdict.EOL.Time.IsZero()
		},
	},
}

func seconds(t time.Time) float64 { return float64(t.Unix()) }

func millis(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
