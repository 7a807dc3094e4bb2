package poll

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
)

// A state file is lines of JSON: a header, a line for each credential, group and device, and a last line with their
// number, by which a torn file is known. Lines keep the memory flat however large the fleet is. The names of keys are
// those that files have: they stay when a field of the program is renamed.
type stateLine struct {
	Header     *stateHeader             `json:"header,omitempty"`
	Credential *logins.CredentialMemory `json:"credential,omitempty"`
	Group      *groupState              `json:"group,omitempty"`
	Device     *deviceState             `json:"device,omitempty"`
	End        *int                     `json:"end,omitempty"`
}

type stateHeader struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Written time.Time `json:"written,omitzero"` // by the clock of the process that wrote it; only what goes to another process has it
}

var ourHeader = stateHeader{Format: "netver_exporter state", Version: 1}

// mark is how every state file begins, whatever its version.
var mark = []byte(`{"header":{"format":"netver_exporter state"`)

// groupState keeps a group in step with its schedule.
type groupState struct {
	Name     string        `json:"name"`
	Interval time.Duration `json:"interval"`
	Sweep    time.Time     `json:"sweep"` // start of the latest
}

// deviceState is a target's status and record.
type deviceState struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Wanted  string `json:"platform"` // the inventory's

	Platform       string         `json:"platform_used,omitempty"`
	Vendor         string         `json:"vendor,omitempty"`
	Polls          uint64         `json:"polls"`
	Failures       uint64         `json:"failures,omitempty"`
	Retries        uint64         `json:"retries,omitempty"`
	Reboots        uint64         `json:"reboots,omitempty"`
	VersionChanges uint64         `json:"version_changes,omitempty"`
	Since          time.Time      `json:"since,omitzero"`
	Rebooted       time.Time      `json:"rebooted,omitzero"`
	VersionChanged time.Time      `json:"version_changed,omitzero"`
	LastPoll       time.Time      `json:"last_poll"`
	LastSuccess    time.Time      `json:"last_success,omitzero"`
	Duration       time.Duration  `json:"duration"`
	Reason         failure.Reason `json:"reason,omitempty"`
	Err            string         `json:"err,omitempty"`
	Facts          factsState     `json:"facts"`
	BootTime       time.Time      `json:"boot_time,omitzero"`

	Boot           bootState             `json:"boot"`
	Version        string                `json:"version,omitempty"`
	Serial         string                `json:"serial,omitempty"`
	InARow         int                   `json:"in_a_row,omitempty"`
	Slow           bool                  `json:"slow,omitempty"`
	Announced      failure.Reason        `json:"announced,omitempty"`
	Logins         []logins.DeviceMemory `json:"logins,omitempty"`
	VersionHistory []versionState        `json:"version_history,omitempty"`
	RebootHistory  []rebootState         `json:"reboot_history,omitempty"`

	After time.Time `json:"after,omitzero"` // of a device that this process has not polled: until when another one did
}

type versionState struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	To   string    `json:"to"`
}

type rebootState struct {
	At     time.Time `json:"at"`
	Booted time.Time `json:"booted"`
	Reason string    `json:"reason,omitempty"`
}

type bootState struct {
	Time       time.Time     `json:"time,omitzero"`
	Since      time.Time     `json:"since,omitzero"`
	Read       time.Time     `json:"read,omitzero"`
	Age        time.Duration `json:"age,omitempty"`
	Resolution time.Duration `json:"resolution,omitempty"`
}

func (b boot) state() bootState { return bootState{b.time, b.since, b.read, b.age, b.resolution} }

func (s bootState) boot() boot { return boot{s.Time, s.Since, s.Read, s.Age, s.Resolution} }

type factsState struct {
	Version  string             `json:"version,omitempty"`
	Model    string             `json:"model,omitempty"`
	Serial   string             `json:"serial,omitempty"`
	Hostname string             `json:"hostname,omitempty"`
	Uptime   *uptimeState       `json:"uptime,omitempty"`
	BootTime time.Time          `json:"boottime,omitzero"`
	Gauges   map[string]float64 `json:"gauges,omitempty"`
	Patch    string             `json:"patch,omitempty"`
	Reason   string             `json:"reload_reason,omitempty"`
	Next     string             `json:"next_boot,omitempty"`
	Differs  *bool              `json:"next_boot_differs,omitempty"`
	Members  []memberState      `json:"members,omitempty"`
}

type memberState struct {
	Name    string `json:"member"`
	Role    string `json:"role,omitempty"`
	Model   string `json:"model,omitempty"`
	Serial  string `json:"serial,omitempty"`
	Version string `json:"version,omitempty"`
	Differs bool   `json:"version_differs,omitempty"`
}

type uptimeState struct {
	Age        time.Duration `json:"age"`
	Resolution time.Duration `json:"resolution"`
}

func keepFacts(f parser.Facts) factsState {
	s := factsState{
		Version: f.Version, Model: f.Model, Serial: f.Serial, Hostname: f.Hostname, BootTime: f.BootTime, Gauges: f.Gauges,
		Patch: f.Patch, Reason: f.ReloadReason, Next: f.NextBoot, Differs: f.NextBootDiffers,
	}
	for _, m := range f.Members {
		s.Members = append(s.Members, memberState(m))
	}
	if f.Uptime != nil {
		s.Uptime = &uptimeState{f.Uptime.Age, f.Uptime.Resolution}
	}
	return s
}

func (s factsState) facts() parser.Facts {
	f := parser.Facts{
		Version: s.Version, Model: s.Model, Serial: s.Serial, Hostname: s.Hostname, BootTime: s.BootTime, Gauges: s.Gauges,
		Patch: s.Patch, ReloadReason: s.Reason, NextBoot: s.Next, NextBootDiffers: s.Differs,
	}
	for _, m := range s.Members {
		f.Members = append(f.Members, parser.Member(m))
	}
	maps.DeleteFunc(f.Gauges, func(name string, _ float64) bool { return !parser.IsGaugeName(name) })
	if s.Uptime != nil {
		f.Uptime = &parser.Uptime{Age: s.Uptime.Age, Resolution: s.Uptime.Resolution}
	}
	return f
}

func (e *Engine) writeState(w io.Writer) error {
	r := e.current.Load()
	out := stateWriter{w: w}
	out.line(stateLine{Header: &ourHeader})
	for _, c := range e.door.Credentials() {
		out.line(stateLine{Credential: &c})
	}
	for _, g := range r.groups {
		out.line(stateLine{Group: g.state()})
	}
	for _, t := range r.targets {
		if s := t.state(); s != nil {
			s.Logins = e.door.Device(s.Name)
			out.line(stateLine{Device: s})
		}
	}
	return out.end()
}

// stateWriter writes the lines of a state file, until one cannot be written.
type stateWriter struct {
	w   io.Writer
	n   int
	err error
}

func (o *stateWriter) line(l stateLine) {
	if o.err != nil {
		return
	}
	text, err := json.Marshal(l)
	if err != nil { // a device said something that JSON cannot hold, such as the year 10000: it is left out
		return
	}
	o.n++
	_, o.err = o.w.Write(append(text, '\n'))
}

// end writes the last line, with the number of lines between it and the header.
func (o *stateWriter) end() error {
	n := o.n - 1
	o.line(stateLine{End: &n})
	return o.err
}

// state is what a file holds.
type state struct {
	credentials []logins.CredentialMemory
	groups      []groupState
	devices     map[string]deviceState
	written     time.Time
}

func readState(r io.Reader) (*state, error) {
	in := json.NewDecoder(bufio.NewReaderSize(r, 64<<10))
	s := &state{devices: make(map[string]deviceState)}
	for n := 0; ; n++ {
		var l stateLine
		if err := in.Decode(&l); err != nil {
			if n == 0 && errors.Is(err, io.EOF) {
				return s, nil
			}
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		switch {
		case n == 0 && l.Header != nil && l.Header.Version > ourHeader.Version:
			return nil, fmt.Errorf("it is of version %d, from a newer program; this one knows version %d", l.Header.Version, ourHeader.Version)
		case n == 0 && (l.Header == nil || l.Header.Format != ourHeader.Format || l.Header.Version != ourHeader.Version):
			return nil, fmt.Errorf("it is not a state file of version %d", ourHeader.Version)
		case n == 0:
			s.written = l.Header.Written
		case l.Credential != nil:
			s.credentials = append(s.credentials, *l.Credential)
		case l.Group != nil:
			s.groups = append(s.groups, *l.Group)
		case l.Device != nil:
			s.devices[l.Device.Name] = *l.Device
		case l.End != nil && *l.End == n-1:
			return s, nil
		default:
			return nil, fmt.Errorf("line %d: not of a state file", n+1)
		}
	}
}
