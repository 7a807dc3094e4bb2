package poll

import (
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/version"
)

// Outcome is what one poll of one device gave, before it is weighed against earlier ones.
type Outcome struct {
	Platform *parser.Platform // as used; differs from the inventory's where that is "auto"
	Unsure   bool             // the platform was found by detection and fits no longer: it is to be found anew
	Facts    parser.Facts     // zero when Err is not nil
	SSH      *SSH             // nil: it is not told
	Err      error            // nil: the poll succeeded. failure.Of classifies it
	Phases   []Phase          // how the time was spent, in order; none: the device was not asked
	Session  *Session         // only when Err is not nil: how the session went, without secrets; nil: there was none
}

// SSH is what secured the connection to a device, in the names of the protocol.
type SSH struct {
	KeyExchange, HostKey, Cipher string
	Verified                     string // by what the host key is known: key, certificate, or no
}

// Status is all that is known of one device. It is immutable: each poll makes a new one, and so does each
// change of the verdict, so that readers may keep it and compare pointers.
type Status struct {
	Device   inventory.Device
	Platform string // id of the platform as last used; the inventory's before the first poll
	Vendor   string

	Polls, Failures, Retries uint64
	Reboots, VersionChanges  uint64

	// As seen by polls; zero: not seen.
	Since          time.Time // start of the poll that found the device up after it was down, or down after it was up
	Rebooted       time.Time // start of the poll that saw the latest reboot
	VersionChanged time.Time // start of the poll that saw the latest change of version

	LastPoll    time.Time // start of the latest poll; zero: never polled
	LastSuccess time.Time // start of the latest good poll; zero: none
	Duration    time.Duration
	Reason      failure.Reason // why the latest poll failed; "" if it did not
	Err         string         // the failure in words; "" if there was none

	Facts    parser.Facts // of the last good poll; zero once keep_facts has passed; Uptime is nil while the device fails
	BootTime time.Time    // held steady against rounding; zero: unknown
	SSH      *SSH         // of the last good poll, as long as Facts; nil: it is not told

	Owner string // URL of the process that polls the device; "": this one

	Revision uint64 // another number for each status that an engine makes

	Verdict *version.Verdict // on Facts.Version, as of now; nil: there is nothing that it is judged by
}

// State is what a device is in one word, as the label state has it.
type State string

// The states.
const (
	Up       State = "up"       // the latest poll succeeded
	Down     State = "down"     // the latest poll failed
	Pending  State = "pending"  // it has not been polled yet
	Disabled State = "disabled" // it is listed, but not to be polled
)

// States is every state.
var States = []State{Up, Down, Pending, Disabled}

// State says what the device is.
func (s *Status) State() State {
	switch {
	case s.Device.Disabled:
		return Disabled
	case s.Pending():
		return Pending
	case s.Reason == "":
		return Up
	}
	return Down
}

// Pending reports that the device has not been polled yet.
func (s *Status) Pending() bool { return s.LastPoll.IsZero() }

// Up reports that the latest poll succeeded.
func (s *Status) Up() bool { return s.State() == Up }
