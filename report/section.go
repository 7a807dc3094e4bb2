package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/strictyaml"
)

// section is one table of a report.
type section struct {
	Title, Empty string // Empty stands instead of a table without rows
	Columns      []string
	Rows         [][]string
}

// sections are the tables that people read, in order.
func (r *Report) sections() []section {
	return []section{
		table("Versions", "no version has been read", []string{"PLATFORM", "MODEL", "VERSION", "DEVICES"}, r.Versions, func(v *Version) []string {
			return []string{v.Platform, v.Model, v.Version, strconv.Itoa(v.Devices)}
		}),
		table("Rules", "no rule matches a device", []string{"RULE", "WANTED", "DONE", "COMPLIANT", "NOT COMPLIANT", "UNDECIDED", "NOT KNOWN", "PLANNED"}, r.Rules, func(x *Rule) []string {
			return []string{x.Name, x.Wanted, percent(x), strconv.Itoa(x.Compliant), strconv.Itoa(x.NonCompliant), strconv.Itoa(x.Undecided),
				strconv.Itoa(x.NotKnown), strconv.Itoa(x.Planned)}
		}),
		findingTable("Not compliant", r.NonCompliant),
		findingTable("Cannot be compared", r.Undecided),
		table("Denied", "no device", []string{"ADVISORY", "SEVERITY", "PLATFORM", "VERSION", "DEVICES"}, r.Denied, func(d *Denied) []string {
			return []string{d.Advisory, d.Severity, d.Platform, d.Version, names(d.Devices)}
		}),
		table("End of life", "no date is known", []string{"END", "PLATFORM", "RELEASE", "DEVICES", ""}, r.EndOfLife, func(e *EndOfLife) []string {
			return []string{day(e.Date), e.Platform, e.Release, strconv.Itoa(e.Devices), r.nearness(e)}
		}),
		table("No good poll yet", "no device", []string{"DEVICE", "ADDRESS", "STATE", "ERROR"}, r.NoGoodPoll, func(u *Unread) []string {
			return []string{u.Device, u.Address, u.State, strings.TrimPrefix(u.Reason+": "+u.Error, ": ")}
		}),
		table("Rebooted within 7 days", "no device", []string{"BOOTED (UTC)", "DEVICE", "VERSION"}, r.Rebooted, func(b *Reboot) []string {
			return []string{b.BootTime.Format(time.DateTime), b.Device, b.Version}
		}),
	}
}

func findingTable(title string, found []Finding) section {
	return table(title, "no device", []string{"DEVICE", "PLATFORM", "MODEL", "VERSION", "WHY"}, found, func(f *Finding) []string {
		return []string{f.Device, f.Platform, f.Model, f.Version, f.Why}
	})
}

func table[T any](title, empty string, columns []string, list []T, row func(*T) []string) section {
	s := section{Title: title, Empty: empty, Columns: columns}
	for i := range list {
		s.Rows = append(s.Rows, row(&list[i]))
	}
	return s
}

func percent(r *Rule) string {
	share, ok := r.Share()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d%%", int(share*100)) // down, so that 100 % means all
}

// mostNames is how many names of devices a line holds.
const mostNames = 10

func names(all []string) string {
	text := strings.Join(all[:min(len(all), mostNames)], ", ")
	if more := len(all) - mostNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func day(t time.Time) string {
	if t.IsZero() {
		return "date not known"
	}
	return t.Format(time.DateOnly)
}

func (r *Report) nearness(e *EndOfLife) string {
	switch {
	case e.Ended(r.At):
		return "ended"
	case e.Date.Sub(r.At) < fleet.Soon:
		return fmt.Sprintf("within %d days", fleet.Soon/(24*time.Hour))
	}
	return ""
}

// summary is the report in one line.
func (r *Report) summary() string {
	done, judged := 0, 0
	for i := range r.Rules {
		done += r.Rules[i].Compliant
		judged += r.Rules[i].Compliant + r.Rules[i].NonCompliant
	}
	deniedDevices := map[string]bool{}
	for _, d := range r.Denied {
		for _, name := range d.Devices {
			deniedDevices[name] = true
		}
	}
	return fmt.Sprintf("%s; %d of %d judged are compliant, %d cannot be compared, %d denied, %d without a good poll",
		strictyaml.Count(r.Devices, "device"), done, judged, len(r.Undecided), len(deniedDevices), len(r.NoGoodPoll))
}
