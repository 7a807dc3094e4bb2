package web

import (
	"time"

	"github.com/netver/netver_exporter/poll"
)

// Device is one device as the API and `poll --output=json` show it. An unknown value is left out.
type Device struct {
	Device       string             `json:"device"`
	Address      string             `json:"address"`
	Group        string             `json:"group"`
	Platform     string             `json:"platform"`
	Vendor       string             `json:"vendor,omitempty"`
	Labels       map[string]string  `json:"labels"`
	State        string             `json:"state"`                // up, down, pending or disabled
	Since        time.Time          `json:"state_since,omitzero"` // when a poll found it up after it was down, or down after it was up
	Reason       string             `json:"reason,omitempty"`
	Error        string             `json:"error,omitempty"`
	Version      string             `json:"version,omitempty"`
	Model        string             `json:"model,omitempty"`
	Serial       string             `json:"serial,omitempty"`
	Hostname     string             `json:"hostname,omitempty"`
	Patch        string             `json:"patch,omitempty"`
	ReloadReason string             `json:"reload_reason,omitempty"`
	NextBoot     string             `json:"next_boot,omitempty"`         // the image or version that boots next
	NextDiffers  *bool              `json:"next_boot_differs,omitempty"` // whether another one runs
	Members      []Member           `json:"members,omitempty"`
	Gauges       map[string]float64 `json:"gauges,omitempty"` // the platform's own, without the prefix netver_
	Uptime       *float64           `json:"uptime_seconds,omitempty"`
	BootTime     time.Time          `json:"boot_time,omitzero"`
	LastPoll     time.Time          `json:"last_poll,omitzero"`
	LastSuccess  time.Time          `json:"last_success,omitzero"`
	PollDuration float64            `json:"poll_duration_seconds"`
	Polls        uint64             `json:"polls"`
	PollFailures uint64             `json:"poll_failures"`
	Reboots      uint64             `json:"reboots"`
	Changes      uint64             `json:"version_changes"`
	Verdict      *Verdict           `json:"verdict,omitempty"` // absent without a policy
	Owner        string             `json:"owner,omitempty"`   // URL of the replica that polls it; absent where this process does
}

// Member is a member of a stack or chassis cluster. Its fields have the names of the labels of netver_member_info.
type Member struct {
	Member  string `json:"member"`
	Role    string `json:"member_role,omitempty"`
	Model   string `json:"model,omitempty"`
	Serial  string `json:"serial,omitempty"`
	Version string `json:"version,omitempty"`
	Differs bool   `json:"version_differs,omitempty"` // from the device's
}

// NewDevice puts a status into the API's words.
func NewDevice(s *poll.Status) Device {
	d := Device{
		Device: s.Device.Name, Address: s.Device.Address, Group: s.Device.Group, Platform: s.Platform, Vendor: s.Vendor,
		Labels: map[string]string{}, State: string(s.State()), Since: s.Since.UTC(), Reason: string(s.Reason), Error: s.Err,
		Version: s.Facts.Version, Model: s.Facts.Model, Serial: s.Facts.Serial, Hostname: s.Facts.Hostname,
		Patch: s.Facts.Patch, ReloadReason: s.Facts.ReloadReason, NextBoot: s.Facts.NextBoot, NextDiffers: s.Facts.NextBootDiffers,
		Gauges:   s.Facts.Gauges,
		BootTime: s.BootTime.UTC().Truncate(time.Second), LastPoll: s.LastPoll.UTC(), LastSuccess: s.LastSuccess.UTC(),
		PollDuration: s.Duration.Seconds(), Polls: s.Polls, PollFailures: s.Failures, Reboots: s.Reboots, Changes: s.VersionChanges,
		Verdict: NewVerdict(s.Verdict), Owner: s.Owner,
	}
	for _, l := range s.Device.Labels {
		d.Labels[l.Name] = l.Value
	}
	for _, m := range s.Facts.Members {
		d.Members = append(d.Members, Member{m.Name, m.Role, m.Model, m.Serial, m.Version, m.Differs})
	}
	if s.Facts.Uptime != nil {
		seconds := s.Facts.Uptime.Age.Seconds()
		d.Uptime = &seconds
	}
	return d
}

// Details is one device with what is remembered of it. Lists have the latest first.
type Details struct {
	Device
	Until       time.Time       `json:"next_try,omitzero"` // it refused logins, and is not asked before
	LatestPolls []Poll          `json:"latest_polls"`      // since the program started
	Versions    []VersionChange `json:"version_history"`
	RebootsSeen []Reboot        `json:"reboot_history"`
	Failed      *Session        `json:"failed_session,omitempty"`
	Source      string          `json:"source,omitempty"` // of the inventory: "config", or the name of the source
	Place       string          `json:"place,omitempty"`  // in the source: file and line, or address and index
	HostKeys    []KnownKey      `json:"host_keys"`        // that the known_hosts files have for its address
}

// KnownKey is a host key in a known_hosts file.
type KnownKey struct {
	Type        string `json:"type"`
	Fingerprint string `json:"fingerprint"`
	Mark        string `json:"mark,omitempty"` // as the file has it: @cert-authority or @revoked
	Place       string `json:"place"`          // file and line
}

// Poll is one poll of before.
type Poll struct {
	Start    time.Time `json:"start"`
	Duration float64   `json:"duration_seconds"`
	Reason   string    `json:"reason,omitempty"` // why it failed
	Phases   []Phase   `json:"phases"`           // in order; none: the device was not asked
}

// Phase is a part of a poll.
type Phase struct {
	Phase    string  `json:"phase"`
	Command  string  `json:"command,omitempty"`
	Duration float64 `json:"duration_seconds"`
	Failed   bool    `json:"failed,omitempty"` // the poll failed in it
}

// VersionChange is a change of version that a poll saw.
type VersionChange struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	To   string    `json:"to"`
}

// Reboot is a reboot that a poll saw.
type Reboot struct {
	At       time.Time `json:"at"`
	BootTime time.Time `json:"boot_time"`
	Reason   string    `json:"reload_reason,omitempty"`
}

// Session is the end of the session in which the device failed, without secrets.
type Session struct {
	Cut   bool   `json:"cut"` // there was more before the first line
	Lines []Line `json:"lines"`
}

// Line is a line that was sent or received.
type Line struct {
	At   float64 `json:"at_seconds"` // since the start of the session
	Sent bool    `json:"sent"`
	Text string  `json:"text"`
}

func newDetails(s *poll.Status, h poll.History, o Origin) Details {
	d := Details{
		Device: NewDevice(s), Until: h.Until.UTC(), LatestPolls: []Poll{}, Versions: []VersionChange{}, RebootsSeen: []Reboot{},
		Source: o.Source, Place: o.Place, HostKeys: []KnownKey{},
	}
	for _, k := range o.HostKeys {
		d.HostKeys = append(d.HostKeys, KnownKey(k))
	}
	for _, p := range h.Polls {
		made := Poll{Start: p.Start.UTC(), Duration: p.Duration.Seconds(), Reason: string(p.Reason), Phases: []Phase{}}
		for _, f := range p.Phases {
			made.Phases = append(made.Phases, Phase{f.Name, f.Command, f.Duration.Seconds(), f.Failed})
		}
		d.LatestPolls = append(d.LatestPolls, made)
	}
	for _, v := range h.Versions {
		d.Versions = append(d.Versions, VersionChange{v.At.UTC(), v.From, v.To})
	}
	for _, b := range h.Reboots {
		d.RebootsSeen = append(d.RebootsSeen, Reboot{b.At.UTC(), b.Booted.UTC().Truncate(time.Second), b.Reason})
	}
	if h.Failed != nil {
		d.Failed = &Session{Cut: h.Failed.Cut, Lines: []Line{}}
		for _, l := range h.Failed.Lines() {
			d.Failed.Lines = append(d.Failed.Lines, Line{l.At.Seconds(), l.Sent, l.Text})
		}
	}
	return d
}
