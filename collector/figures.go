package collector

import (
	dto "github.com/prometheus/client_model/go"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

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

// clustered is single for a number that only a member of a cluster has.
func clustered(of func(*poll.Cluster) float64) func(poll.Snapshot, func(float64, ...string)) {
	return func(s poll.Snapshot, emit func(float64, ...string)) {
		if s.Share.Cluster != nil {
			emit(of(s.Share.Cluster))
		}
	}
}

// figures is every series about fleet and engine, ordered by name.
var figures = []figure{
	{
		name: "netver_cluster_config_mismatch", kind: gauge,
		help:   "Whether a member of the cluster has another configuration, inventory or secret than this one (1); absent without a cluster.",
		values: clustered(func(c *poll.Cluster) float64 { return truth(c.Mismatch) }),
	},
	{
		name: "netver_cluster_members", kind: gauge,
		help:   "Members of the cluster that live, as this one sees it; absent without a cluster.",
		values: clustered(func(c *poll.Cluster) float64 { return float64(c.Members) }),
	},
	{
		name: "netver_cluster_ownership_changes_total", kind: counter,
		help:   "Devices that this member of the cluster took and gave away; absent without a cluster.",
		values: clustered(func(c *poll.Cluster) float64 { return float64(c.Changes) }),
	},
	{
		name: "netver_cluster_up", kind: gauge,
		help:   "Whether this process is a member of its cluster and reaches the coordinator (1); absent without a cluster.",
		values: clustered(func(c *poll.Cluster) float64 { return truth(c.Up) }),
	},
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
			counts := map[poll.State]float64{}
			for _, d := range s.Devices {
				counts[d.State()]++
			}
			for _, state := range poll.States {
				emit(counts[state], string(state))
			}
		},
	},
	{
		name: "netver_devices_inventory", kind: gauge,
		help:   "Devices of the whole inventory, those of other replicas or shards among them.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Share.Inventory) }),
	},
	{
		name: "netver_devices_noncompliant", kind: gauge, labels: []string{"platform"},
		help:   "Devices that do not run what the rule that judges them wants, as of the latest poll; absent where no rule judges the platform.",
		values: verdicts(func(v *version.Verdict) (counts, matters bool) { return v.Compliant == version.No, v.Rule != "" }),
	},
	{
		name: "netver_devices_owned", kind: gauge,
		help:   "Devices of the inventory that this process polls; all of them, unless replicas or shards share it.",
		values: single(func(s poll.Snapshot) float64 { return float64(len(s.Devices)) }),
	},
	{
		name: "netver_devices_undecided", kind: gauge, labels: []string{"platform"},
		help:   "Devices whose version cannot be compared with what a rule or an advisory names, as of the latest poll; absent while there are none.",
		values: verdicts(func(v *version.Verdict) (counts, matters bool) { return v.Undecidable, true }),
	},
	{
		name: "netver_devices_unowned", kind: gauge,
		help:   "Devices of the inventory that no replica may take, since the labels of none fit theirs.",
		values: single(func(s poll.Snapshot) float64 { return float64(s.Share.Unowned) }),
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
