package collector

import "github.com/netver/netver_exporter/poll"

// list is one row about devices of which a device may have several series. Each has the label device and the operator's labels,
// as those of metrics have.
type list struct {
	name, help string // a gauge
	labels     []string
	values     func(s *poll.Status, emit func(v float64, labels ...string))
}

// lists is every such row, ordered by name.
var lists = []list{
	{
		name: "netver_device_ssh_info", labels: []string{"cipher", "host_key", "kex", "verified"},
		help: "What secured the SSH connection of the latest poll that succeeded; verified: key, certificate, or no; only with collector.ssh.",
		values: func(s *poll.Status, emit func(float64, ...string)) {
			if s.SSH != nil {
				emit(1, s.SSH.Cipher, s.SSH.HostKey, s.SSH.KeyExchange, s.SSH.Verified)
			}
		},
	},
	{
		name: "netver_device_version_denied", labels: []string{"advisory", "severity"},
		help: "Whether a rule or an advisory denies the version that the device runs (1), as of the latest poll; absent otherwise.",
		values: func(s *poll.Status, emit func(float64, ...string)) {
			if s.Verdict == nil {
				return
			}
			for _, d := range s.Verdict.Denied {
				emit(1, d.Note, d.Severity)
			}
		},
	},
	{
		name: memberInfo, labels: []string{"member", "member_role", "model", "serial", "version"},
		help: "Facts of a member of the device's stack or cluster, as of the latest poll that succeeded; only with collector.members.",
		values: func(s *poll.Status, emit func(float64, ...string)) {
			for _, m := range s.Facts.Members {
				emit(1, m.Name, m.Role, m.Model, m.Serial, m.Version)
			}
		},
	},
}

// memberInfo is shown only where the operator asks for it: it has a series for every member.
const memberInfo = "netver_member_info"

// listHelp returns the HELP of a row of lists; "": there is no such row.
func listHelp(name string) string {
	for _, l := range lists {
		if l.name == name {
			return l.help
		}
	}
	return ""
}
