// Package collector knows what is exposed: one table of metrics over a snapshot. It never polls, and it keeps no state of
// a device but what it has rendered of it.
package collector

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/failure"
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

// figure is one row about the fleet or the engine.
type figure struct {
	name   string
	kind   dto.MetricType
	help   string
	labels []string // none: a single series
	values func(s poll.Snapshot, emit func(v float64, labels ...string))
}

// single makes a figure's values of one number.
func single(of func(poll.Snapshot) float64) func(poll.Snapshot, func(float64, ...string)) {
	return func(s poll.Snapshot, emit func(float64, ...string)) { emit(of(s)) }
}

// figures is every series about fleet and engine, ordered by name.
var figures = []figure{
	{
		name: "netver_credential_logins_allowed", kind: gauge, labels: []string{"credential"},
		help: "Logins that may send the credential's password at the same time. It grows while devices accept it; 0 while the credential is paused.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for name, l := range s.Logins {
				emit(float64(l.Allowed), name)
			}
		},
	},
	{
		name: "netver_credential_paused", kind: gauge, labels: []string{"credential"},
		help: "Whether the credential is paused (1) because devices refused it.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for name, l := range s.Logins {
				emit(truth(l.Paused), name)
			}
		},
	},
	{
		name: "netver_devices", kind: gauge, labels: []string{"state"},
		help: "Devices in the inventory by their state as of the latest poll; pending: not polled yet; disabled: listed, but not polled.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			counts := map[poll.State]float64{poll.Up: 0, poll.Down: 0, poll.Pending: 0, poll.Disabled: 0}
			for _, d := range s.Devices {
				counts[d.State()]++
			}
			for state, n := range counts {
				emit(n, string(state))
			}
		},
	},
	{
		name: "netver_devices_noncompliant", kind: gauge, labels: []string{"platform"},
		help:   "Devices that do not run what the rule that judges them wants, as of the latest poll; absent where no rule judges the platform.",
		values: verdicts(func(v *version.Verdict) (counts, matters bool) { return v.Compliant == version.No, v.Rule != "" }),
	},
	{
		name: "netver_devices_undecided", kind: gauge, labels: []string{"platform"},
		help:   "Devices whose version cannot be compared with what a rule or an advisory names, as of the latest poll; absent while there are none.",
		values: verdicts(func(v *version.Verdict) (counts, matters bool) { return v.Undecidable, true }),
	},
	{
		name: "netver_inventory_devices", kind: gauge, labels: []string{"group", "source"},
		help: "Devices that the source lists, after relabelling, as of its last reading that was believed.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for _, f := range s.Sources {
				emit(float64(f.Devices), f.Group, f.Source)
			}
		},
	},
	{
		name: "netver_inventory_last_success_timestamp_seconds", kind: gauge, labels: []string{"group", "source"},
		help: "Unix time at which the source was last read with a list that was believed; absent if it never was.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for _, f := range s.Sources {
				if !f.LastSuccess.IsZero() {
					emit(millis(f.LastSuccess), f.Group, f.Source)
				}
			}
		},
	},
	{
		name: "netver_inventory_refresh_failures_total", kind: counter, labels: []string{"group", "source"},
		help: "Readings of the source that failed, or whose list was suddenly empty or less than half as long.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for _, f := range s.Sources {
				emit(float64(f.Failures), f.Group, f.Source)
			}
		},
	},
	{
		name: "netver_logins_total", kind: counter, labels: []string{"credential", "result"},
		help: "Logins by what became of the password: accepted, refused, unknown (the connection ended or the time was up before an answer), none_sent.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for name, l := range s.Logins {
				for verdict, n := range l.Logins {
					emit(float64(n), name, verdict.String())
				}
			}
		},
	},
	{
		name: "netver_poll_failures_total", kind: counter, labels: []string{"reason"},
		help: "Polls of all devices that failed.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for _, r := range failure.Reasons {
				emit(float64(s.Failures[r]), string(r))
			}
		},
	},
	{
		name: "netver_poll_queue_length", kind: gauge,
		help:   "Polls that are due and have not started.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Queue) }),
	},
	{
		name: "netver_poll_retries_total", kind: counter,
		help:   "Second tries within one poll, made after the device reset the connection or had no free session.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Retries) }),
	},
	{
		name: "netver_polls_total", kind: counter,
		help:   "Polls of all devices.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Polls) }),
	},
	{
		name: "netver_sweep_duration_seconds", kind: gauge, labels: []string{"group"},
		help: "Duration of the group's latest sweep, from its start to the end of its last poll; absent before the first sweep ends.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for name, g := range s.Sweeps {
				if g.Done > 0 {
					emit(g.Duration.Seconds(), name)
				}
			}
		},
	},
	{
		name: "netver_sweeps_skipped_total", kind: counter, labels: []string{"group"},
		help: "Sweeps skipped because the previous sweep had not started all of its polls.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for name, g := range s.Sweeps {
				emit(float64(g.Skipped), name)
			}
		},
	},
	{
		name: "netver_sweeps_total", kind: counter, labels: []string{"group"},
		help: "Sweeps of the group that have ended.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			for name, g := range s.Sweeps {
				emit(float64(g.Done), name)
			}
		},
	},
	{
		name: "netver_versions", kind: gauge, labels: []string{"platform", "model", "version"},
		help: "Devices that run a version, as of the latest poll of each that succeeded.",
		values: func(s poll.Snapshot, emit func(float64, ...string)) {
			counts := map[[3]string]int{}
			for _, d := range s.Devices {
				if d.Facts.Version != "" {
					counts[[3]string{d.Platform, d.Facts.Model, d.Facts.Version}]++
				}
			}
			for of, n := range counts {
				emit(float64(n), of[0], of[1], of[2])
			}
		},
	},
	{
		name: "netver_workers", kind: gauge,
		help:   "Number of devices that may be polled at the same time.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Workers) }),
	},
	{
		name: "netver_workers_busy", kind: gauge,
		help:   "Number of devices that are being polled now.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Busy) }),
	},
}

// verdicts counts devices by platform, for platforms that have a device whose verdict matters.
func verdicts(of func(*version.Verdict) (counts, matters bool)) func(poll.Snapshot, func(float64, ...string)) {
	return func(s poll.Snapshot, emit func(float64, ...string)) {
		numbers := map[string]float64{}
		for _, d := range s.Devices {
			if d.Verdict == nil {
				continue
			}
			if counts, matters := of(d.Verdict); matters {
				numbers[d.Platform] += truth(counts)
			}
		}
		for platform, n := range numbers {
			emit(n, platform)
		}
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
