package parser

import "time"

// Report is facts as JSON shows them. A key is absent when the fact is unknown.
type Report struct {
	Platform      string             `json:"platform"`
	Version       string             `json:"version,omitempty"`
	UptimeSeconds *int64             `json:"uptime_seconds,omitempty"` // fractions cut off
	BootTime      string             `json:"boot_time,omitempty"`      // RFC 3339, UTC
	Model         string             `json:"model,omitempty"`
	Serial        string             `json:"serial,omitempty"`
	Hostname      string             `json:"hostname,omitempty"`
	Patch         string             `json:"patch,omitempty"`
	ReloadReason  string             `json:"reload_reason,omitempty"`
	NextBoot      string             `json:"next_boot,omitempty"`
	NextDiffers   *bool              `json:"next_boot_differs,omitempty"` // whether another image runs than boots next
	Members       []ReportedMember   `json:"members,omitempty"`
	Gauges        map[string]float64 `json:"gauges,omitempty"`
}

// ReportedMember is a member as JSON shows it.
type ReportedMember struct {
	Member  string `json:"member"`
	Role    string `json:"role,omitempty"`
	Model   string `json:"model,omitempty"`
	Serial  string `json:"serial,omitempty"`
	Version string `json:"version,omitempty"`
	Differs bool   `json:"version_differs,omitempty"` // from the device's
}

// Report returns the facts for JSON; the platform is the id of the one that read them.
func (f *Facts) Report(platform string) Report {
	r := Report{
		Platform: platform,
		Version:  f.Version,
		Model:    f.Model,
		Serial:   f.Serial,
		Hostname: f.Hostname,
		Patch:    f.Patch, ReloadReason: f.ReloadReason, NextBoot: f.NextBoot, NextDiffers: f.NextBootDiffers,
		Members: f.ReportMembers(),
		Gauges:  f.Gauges,
	}
	if f.Uptime != nil {
		seconds := int64(f.Uptime.Age / time.Second)
		r.UptimeSeconds = &seconds
	}
	if !f.BootTime.IsZero() {
		r.BootTime = f.BootTime.UTC().Format(time.RFC3339)
	}
	return r
}

// ReportMembers returns the members for JSON.
func (f *Facts) ReportMembers() []ReportedMember {
	var all []ReportedMember
	for _, m := range f.Members {
		all = append(all, ReportedMember{m.Name, m.Role, m.Model, m.Serial, m.Version, m.Differs})
	}
	return all
}

// IsZero reports that nothing is known.
func (f *Facts) IsZero() bool {
	return f.Version == "" && f.Uptime == nil && f.BootTime.IsZero() && f.Model == "" && f.Serial == "" &&
		f.Hostname == "" && f.Patch == "" && f.ReloadReason == "" && f.NextBoot == "" && len(f.Members) == 0 && len(f.Gauges) == 0
}
