package poll

import "github.com/netver/netver_exporter/sshcli"

// The failures that arise outside the SSH session.
const (
	Parse    sshcli.Reason = "parse"    // the answers held no version
	Paused   sshcli.Reason = "paused"   // the credential is paused, so the device was not asked
	Internal sshcli.Reason = "internal" // a bug of ours
)

// Reasons is the closed list of failure reasons, in the order of a poll.
var Reasons = []sshcli.Reason{
	sshcli.Resolve, sshcli.Connect, sshcli.ConnectTimeout, sshcli.Negotiation, sshcli.Handshake,
	sshcli.HostKeyUnknown, sshcli.HostKeyChanged, sshcli.Auth, sshcli.Session, sshcli.Prompt, sshcli.Timeout,
	sshcli.Disconnect, sshcli.Command, sshcli.OutputLimit, Parse, Paused, Internal,
}
