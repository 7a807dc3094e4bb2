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
	Gauges        map[string]float64 `json:"gauges,omitempty"`
}

// Report returns the facts for JSON; the platform is the id of the one that read them.
func (f *Facts) Report(platform string) Report {
	r := Report{
		Platform: platform,
		Version:  f.Version,
		Model:    f.Model,
		Serial:   f.Serial,
		Hostname: f.Hostname,
		Gauges:   f.Gauges,
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

// IsZero reports that nothing is known.
func (f *Facts) IsZero() bool {
	return f.Version == "" && f.Uptime == nil && f.BootTime.IsZero() && f.Model == "" && f.Serial == "" &&
		f.Hostname == "" && len(f.Gauges) == 0
}
