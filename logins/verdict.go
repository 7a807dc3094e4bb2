package logins

// Verdict is what became of a secret that was sent to a device.
type Verdict int

// The verdicts. They speak of the secret, not of the poll.
const (
	NoneSent Verdict = iota // no secret was sent: a key opened, nobody asked, or it did not come that far
	Accepted                // the device let us in after the secret was sent
	Refused                 // the device said no
	Unknown                 // the connection ended, timed out or was cut after the secret was sent
	verdicts
)

// String is the value of the label result.
func (v Verdict) String() string {
	return [verdicts]string{"none_sent", "accepted", "refused", "unknown"}[v]
}
