package report

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/netver/netver_exporter/web"
)

// columns are those of the CSV, which has a row for each device.
var columns = []struct {
	name string
	of   func(*web.Device) string
}{
	{"device", func(d *web.Device) string { return d.Device }},
	{"address", func(d *web.Device) string { return d.Address }},
	{"group", func(d *web.Device) string { return d.Group }},
	{"platform", func(d *web.Device) string { return d.Platform }},
	{"vendor", func(d *web.Device) string { return d.Vendor }},
	{"model", func(d *web.Device) string { return d.Model }},
	{"serial", func(d *web.Device) string { return d.Serial }},
	{"version", func(d *web.Device) string { return d.Version }},
	{"state", func(d *web.Device) string { return d.State }},
	{"reason", func(d *web.Device) string { return d.Reason }},
	{"verdict", verdict(func(v *web.Verdict) string { return string(v.State) })},
	{"rule", verdict(func(v *web.Verdict) string { return v.Rule })},
	{"wanted", verdict(func(v *web.Verdict) string { return v.Wanted })},
	{"planned", verdict(func(v *web.Verdict) string { return v.Planned })},
	{"denied", verdict(func(v *web.Verdict) string { return advisories(v.Denied) })},
	{"undecided", verdict(func(v *web.Verdict) string { return advisories(v.Undecided) })},
	{"eol_release", verdict(func(v *web.Verdict) string { return end(v).Release })},
	{"eol_date", verdict(func(v *web.Verdict) string { return stamp(end(v).Date, time.DateOnly) })},
	{"boot_time", func(d *web.Device) string { return stamp(d.BootTime, time.RFC3339) }},
	{"last_success", func(d *web.Device) string { return stamp(d.LastSuccess, time.RFC3339) }},
}

func verdict(of func(*web.Verdict) string) func(*web.Device) string {
	return func(d *web.Device) string {
		if d.Verdict == nil {
			return ""
		}
		return of(d.Verdict)
	}
}

func advisories(all []web.Denial) string {
	notes := make([]string, len(all))
	for i, d := range all {
		notes[i] = d.Advisory
	}
	return strings.Join(notes, "; ")
}

func end(v *web.Verdict) web.EOL {
	if v.EOL == nil {
		return web.EOL{}
	}
	return *v.EOL
}

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(text string) string {
	if text != "" && strings.Contains("=+-@\t\r", text[:1]) {
		return "'" + text
	}
	return text
}

func writeCSV(w io.Writer, r *Report) error {
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	_ = out.Write(row) // Error tells of it
	for _, d := range r.all {
		for i, c := range columns {
			row[i] = plainCell(c.of(d))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}
