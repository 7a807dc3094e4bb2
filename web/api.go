package web

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
)

// Device is one device as the API and `poll --output=json` show it. An unknown value is left out.
type Device struct {
	Device       string                  `json:"device"`
	Address      string                  `json:"address"`
	Group        string                  `json:"group"`
	Platform     string                  `json:"platform"`
	Vendor       string                  `json:"vendor,omitempty"`
	Labels       map[string]string       `json:"labels"`
	State        string                  `json:"state"` // up, down, pending or disabled
	Reason       string                  `json:"reason,omitempty"`
	Error        string                  `json:"error,omitempty"`
	Version      string                  `json:"version,omitempty"`
	Model        string                  `json:"model,omitempty"`
	Serial       string                  `json:"serial,omitempty"`
	Hostname     string                  `json:"hostname,omitempty"`
	Patch        string                  `json:"patch,omitempty"`
	ReloadReason string                  `json:"reload_reason,omitempty"`
	NextBoot     string                  `json:"next_boot,omitempty"`         // the image or version that boots next
	NextDiffers  *bool                   `json:"next_boot_differs,omitempty"` // whether another one runs
	Members      []parser.ReportedMember `json:"members,omitempty"`
	Uptime       *float64                `json:"uptime_seconds,omitempty"`
	BootTime     time.Time               `json:"boot_time,omitzero"`
	LastPoll     time.Time               `json:"last_poll,omitzero"`
	LastSuccess  time.Time               `json:"last_success,omitzero"`
	PollDuration float64                 `json:"poll_duration_seconds"`
	Polls        uint64                  `json:"polls"`
	PollFailures uint64                  `json:"poll_failures"`
	Reboots      uint64                  `json:"reboots"`
	Changes      uint64                  `json:"version_changes"`
	Verdict      *Verdict                `json:"verdict,omitempty"` // absent without a policy
}

// NewDevice puts a status into the API's words.
func NewDevice(s *poll.Status) Device {
	d := Device{
		Device: s.Device.Name, Address: s.Device.Address, Group: s.Device.Group, Platform: s.Platform, Vendor: s.Vendor,
		Labels: map[string]string{}, State: string(s.State()), Reason: string(s.Reason), Error: s.Err,
		Version: s.Facts.Version, Model: s.Facts.Model, Serial: s.Facts.Serial, Hostname: s.Facts.Hostname,
		Patch: s.Facts.Patch, ReloadReason: s.Facts.ReloadReason, NextBoot: s.Facts.NextBoot, NextDiffers: s.Facts.NextBootDiffers,
		Members:  s.Facts.ReportMembers(),
		BootTime: s.BootTime.UTC().Truncate(time.Second), LastPoll: s.LastPoll.UTC(), LastSuccess: s.LastSuccess.UTC(),
		PollDuration: s.Duration.Seconds(), Polls: s.Polls, PollFailures: s.Failures, Reboots: s.Reboots, Changes: s.VersionChanges,
		Verdict: NewVerdict(s.Verdict),
	}
	for _, l := range s.Device.Labels {
		d.Labels[l.Name] = l.Value
	}
	if s.Facts.Uptime != nil {
		seconds := s.Facts.Uptime.Age.Seconds()
		d.Uptime = &seconds
	}
	return d
}

func devices(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answerEach(w, c.Snapshot().Devices, func(s *poll.Status) any { return NewDevice(s) })
	})
}

func device(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, ok := find(c, r.PathValue("name"))
		if !ok {
			http.Error(w, fmt.Sprintf("no device %q in the inventory", r.PathValue("name")), http.StatusNotFound)
			return
		}
		answer(w, NewDevice(s))
	})
}

// find looks a device up in the latest snapshot.
func find(c Config, name string) (*poll.Status, bool) {
	all := c.Snapshot().Devices
	i, ok := slices.BinarySearchFunc(all, name, func(s *poll.Status, name string) int {
		return strings.Compare(s.Device.Name, name)
	})
	if !ok {
		return nil, false
	}
	return all[i], true
}

// targetGroup is the element of Prometheus's http_sd format.
type targetGroup struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// targets lists the devices for other exporters: without the port of SSH, with that of ?port= if there is one.
func targets(c Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		port := r.URL.Query().Get("port")
		if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
			http.Error(w, fmt.Sprintf("port=%q: want a number from 1 to 65535", port), http.StatusBadRequest)
			return
		}
		answerEach(w, c.Snapshot().Devices, func(s *poll.Status) any {
			labels := NewDevice(s).Labels
			labels["device"], labels["platform"], labels["group"] = s.Device.Name, s.Device.Platform, s.Device.Group
			return targetGroup{Targets: []string{onPort(s.Device.Address, port)}, Labels: labels}
		})
	})
}

// onPort is the host of an address with another port, or with none.
func onPort(address, port string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if port == "" {
		return host
	}
	return net.JoinHostPort(host, port)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	// The only error left is a client that went away.
	_ = json.NewEncoder(w).Encode(v)
}

// answerEach answers with a list that is made as it is written, so that many requests at once do not hold the fleet as
// many times in memory.
func answerEach(w http.ResponseWriter, devices []*poll.Status, element func(*poll.Status) any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	_, _ = io.WriteString(w, "[")
	for i, s := range devices {
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		if encoder.Encode(element(s)) != nil {
			return // the client went away
		}
	}
	_, _ = io.WriteString(w, "]\n")
}
