package parser

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stampTests are the time stamps of real command lines: what they read as, and "naive", "zoned" or the name of a zone that
// tells no offset.
var stampTests = []struct{ text, want, zone string }{
	{"2025-02-27T11:00:01.123Z", "2025-02-27T11:00:01.123Z", "zoned"},
	{"2025-02-27T11:00:01+02:00", "2025-02-27T09:00:01Z", "zoned"},
	{"2025-03-04 09:10:11 CET", "2025-03-04T08:10:11Z", "zoned"},
	{"2024-10-04 15:55:05 CEST", "2024-10-04T13:55:05Z", "zoned"},
	{"2024-10-04 15:55:05", "2024-10-04T15:55:05Z", "naive"},
	{"2024-10-04 15:55", "2024-10-04T15:55:00Z", "naive"},
	{"21:15:12 UTC Tue Apr 30 2019", "2019-04-30T21:15:12Z", "zoned"},
	{"*10:11:12.123 UTC Tue Apr 30 2019", "2019-04-30T10:11:12.123Z", "zoned"},
	{"10:02:41 CDT Sat Mar 18 2017", "2017-03-18T15:02:41Z", "zoned"},
	{"10:02:41 CST Sat Mar 18 2017", "2017-03-18T10:02:41Z", "CST"},
	{"10:02:41 XDT Sat Mar 18 2017", "2017-03-18T10:02:41Z", "XDT"},
	{"Thu Jan  4 09:10:11 2024", "2024-01-04T09:10:11Z", "naive"},
	{"Thu Jan  4 09:10:11 UTC 2024", "2024-01-04T09:10:11Z", "zoned"},
	{"Tue Feb 27 08:02:09 2024", "2024-02-27T08:02:09Z", "naive"},
	{"Thursday, January 4, 2024 09:10:11", "2024-01-04T09:10:11Z", "naive"},
	{"Thu, 04 Jan 2024 09:10:11 +0530", "2024-01-04T03:40:11Z", "zoned"},
	{"04-Jan-2024 09:10:11", "2024-01-04T09:10:11Z", "naive"},
	{"2024/01/05 09:10:11", "2024-01-05T09:10:11Z", "naive"},
	{"2024/1/5 9:10:11", "2024-01-05T09:10:11Z", "naive"},
	{"2024-01-05 09:10:11 UTC+02:00", "2024-01-05T07:10:11Z", "zoned"},
	{"2024-01-05 09:10:11 GMT-8", "2024-01-05T17:10:11Z", "zoned"},
	{"2024-01-05 09:10:11 (UTC)", "2024-01-05T09:10:11Z", "zoned"},
	{"{ sec = 1712345678, usec = 123456 } Fri Apr  5 19:34:38 2024", "2024-04-05T19:34:38Z", "zoned"},
}

func TestParseTime(t *testing.T) {
	for _, tt := range stampTests {
		got, err := parseTime(tt.text)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		zone := got.zone
		if got.zoned {
			zone = "zoned"
		} else if zone == "" {
			zone = "naive"
		}
		if diff := cmp.Diff([]string{tt.want, tt.zone}, []string{got.wall.Format(time.RFC3339Nano), zone}); diff != "" {
			t.Errorf("parseTime(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseTimeRefuses(t *testing.T) {
	for _, text := range []string{
		"", "never", "01/05/2024 09:10:11", "09:10:11", "2024-13-05 09:10:11", "2024-01-05", "Jan 5 09:10:11",
		"{ sec = , usec = 1 }", "9:10:11 PM Jan 5 2024", "31 Feb 2024 10:00:00",
	} {
		if got, err := parseTime(text); err == nil {
			t.Errorf("parseTime(%q) = %v, want an error", text, got.wall)
		}
	}
}

func TestSince(t *testing.T) {
	for _, tt := range []struct {
		clock, boot, want string
	}{
		{"2025-03-04 09:10:11 CET", "2024-10-04 15:55:05 CEST", "3618h15m6s"},
		{"2025-03-04 09:10:11", "2025-03-04 09:10:10", "1s"},
		{"2025-03-04 09:10:11 CST", "2025-03-04 09:10:10 CST", "1s"},
		{"2025-03-04 09:10:11 CST", "2025-03-04 09:10:10 CDT", "clock and boot time have different zones"},
		{"2025-03-04 09:10:11 UTC", "2025-03-04 09:10:10", "clock and boot time have different zones"},
		{"2025-03-04 09:10:10", "2025-03-04 09:10:11", "boot time is after the clock"},
	} {
		clock, err := parseTime(tt.clock)
		if err != nil {
			t.Fatal(err)
		}
		boot, err := parseTime(tt.boot)
		if err != nil {
			t.Fatal(err)
		}
		age, err := clock.since(boot)
		got := age.Age.String()
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s since %s: %s, want %s", tt.clock, tt.boot, got, tt.want)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	for _, tt := range stampTests {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseTime(text)
		if err == nil && at.step <= 0 {
			t.Errorf("parseTime(%q) has no step", text)
		}
	})
}
