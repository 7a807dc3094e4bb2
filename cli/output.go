package cli

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/web"
)

// polled is what a sweep brought.
type polled struct {
	devices []web.Device
	reports map[string]device.Report // by name; only where the output shows answers
	config  string                   // the configuration's file
}

var outputs = map[string]func(io.Writer, polled) error{"table": writeTable, "json": writeJSON, "csv": writeCSV, "raw": writeRaw}

func writeJSON(w io.Writer, p polled) error { return encode(w, p.devices) }

// encode writes JSON for programs and people: a prompt's > stays one.
func encode(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

func writeTable(w io.Writer, p polled) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DEVICE\tSTATE\tPLATFORM\tVERSION\tUPTIME\tMODEL\tSERIAL\tTOOK\tERROR")
	for _, d := range p.devices {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%.1fs\t%s\n",
			d.Device, d.State, d.Platform, d.Version, uptime(d), d.Model, d.Serial, d.PollDuration, reason(d))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return hint(w, p)
}

// hint says how to find out the platform of devices that talk unlike theirs.
func hint(w io.Writer, p polled) error {
	const shown = 5
	var names []string
	for _, d := range p.devices {
		if slices.Contains([]failure.Reason{failure.Prompt, failure.Parse, failure.Command}, failure.Reason(d.Reason)) && len(names) < shown {
			names = append(names, d.Device)
		}
	}
	if names == nil {
		return nil
	}
	config := ""
	if p.config != "config.yml" {
		config = " --config.file=" + p.config
	}
	_, err := fmt.Fprintf(w, "\nIs the platform right? To find out: netver_exporter poll%s --detect %s\n", config, strings.Join(names, " "))
	return err
}

func uptime(d web.Device) string {
	if d.Uptime == nil {
		return ""
	}
	const day = 24 * time.Hour
	age := time.Duration(*d.Uptime * float64(time.Second)).Round(time.Second)
	text := (age % day).String()
	for _, none := range []string{"m0s", "h0m"} { // such as 8h38m0s
		if short, ok := strings.CutSuffix(text, none); ok {
			text = short + none[:1]
		}
	}
	switch {
	case age < day:
		return text
	case age%day == 0:
		return fmt.Sprintf("%dd", age/day)
	}
	return fmt.Sprintf("%dd %s", age/day, text)
}

func reason(d web.Device) string {
	if d.Reason == "" {
		return ""
	}
	return d.Reason + ": " + d.Error
}

// columns are those of CSV, named as in JSON.
var columns = []struct {
	name string
	of   func(web.Device) string
}{
	{"device", func(d web.Device) string { return d.Device }},
	{"address", func(d web.Device) string { return d.Address }},
	{"group", func(d web.Device) string { return d.Group }},
	{"platform", func(d web.Device) string { return d.Platform }},
	{"vendor", func(d web.Device) string { return d.Vendor }},
	{"state", func(d web.Device) string { return d.State }},
	{"reason", func(d web.Device) string { return d.Reason }},
	{"error", func(d web.Device) string { return d.Error }},
	{"version", func(d web.Device) string { return d.Version }},
	{"model", func(d web.Device) string { return d.Model }},
	{"serial", func(d web.Device) string { return d.Serial }},
	{"hostname", func(d web.Device) string { return d.Hostname }},
	{"uptime_seconds", func(d web.Device) string { return number(d.Uptime) }},
	{"last_poll", func(d web.Device) string { return stamp(d.LastPoll) }},
	{"poll_duration_seconds", func(d web.Device) string { return number(&d.PollDuration) }},
}

func number(n *float64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func writeCSV(w io.Writer, p polled) error {
	table := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	_ = table.Write(row) // Error tells below
	for _, d := range p.devices {
		for i, c := range columns {
			row[i] = c.of(d)
		}
		_ = table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// writeRaw prints what the devices printed: a name, its underline and the answers.
func writeRaw(w io.Writer, p polled) error {
	for _, d := range p.devices {
		if d.State == string(poll.Disabled) {
			continue
		}
		fmt.Fprintf(w, "%s\n%s\n", d.Device, strings.Repeat("-", utf8.RuneCountInString(d.Device)))
		for _, a := range p.reports[d.Device].Transcript.Answers {
			fmt.Fprintln(w, strings.TrimRight(a.Text, "\n"))
		}
		if d.Reason != "" {
			fmt.Fprintln(w, reason(d))
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	return nil
}
