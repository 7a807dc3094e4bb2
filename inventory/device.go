// Package inventory says who is polled. It knows names, addresses and labels; it does not know how a device is
// asked or what it answers.
package inventory

// Device is one target of a sweep, complete: defaults of its group are already filled in.
type Device struct {
	Name       string  // unique over the whole inventory; the label "device"
	Address    string  // host:port
	Platform   string  // canonical platform id, never an alias; Auto: found out on first contact
	Detected   string  // where Platform is Auto: what an earlier contact found; "": nothing yet
	Credential string  // name of the credential
	Group      string  // name of the group
	Mode       string  // "exec" or "shell"; "" leaves the choice to the platform
	HostKeys   string  // what to make of an unknown host key: strict, accept-new or insecure
	Jump       string  // name of the jump host that leads to it; "": none
	Legacy     bool    // offer legacy SSH algorithms
	Disabled   bool    // listed, but not to be polled
	Labels     []Label // the operator's own, sorted by name
}

// Label is one of the operator's labels.
type Label struct{ Name, Value string }

// Auto stands for a platform that is found out on first contact.
const Auto = "auto"
