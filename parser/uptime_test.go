package parser

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// uptimeTests are the notations of real command lines, one row each.
var uptimeTests = []struct {
	text       string
	seconds    float64
	resolution time.Duration
}{
	// words
	{"1 year, 2 weeks, 3 days, 4 hours, 5 minutes", 33019500, time.Minute},
	{"0 minutes", 0, time.Minute},
	{"14 minutes", 840, time.Minute},
	{"23 hours 3 minutes", 82980, time.Minute},
	{"3 weeks, 0 days, 19 hours and 44 minutes", 1885440, time.Minute},
	{"0 weeks, 0 days, 0 hours and 14 minutes", 840, time.Minute},
	{"1 hour and 6 minutes", 3960, time.Minute},
	{"1 year 96 days", 39830400, day},
	{"172 days 15 hours", 14914800, time.Hour},
	{"2 mins 27 secs", 147, time.Second},
	{"216 day(s), 4 hour(s), 51 minute(s), 46 second(s)", 18679906, time.Second},
	{"0 day(s), 01 hour(s), 05 minute(s), 09 second(s)", 3909, time.Second},
	{"22 day(s), 9 hour(s), 58 minute(s)", 1936680, time.Minute},
	{"0 years 92 days 12 hours 18 minutes 57 seconds", 7993137, time.Second},
	{"402 day(s) 3 hour(s) 19 minute(s) 21 second(s)", 34744761, time.Second},
	{"729 day(s) 10 hour(s) 10 second(s)", 63021610, time.Second},
	{"1 week(s), 3 day(s), 8 hour(s), 4 minute(s)", 893040, time.Minute},
	{"32 wk, 3 day, 11 hr, 3 min", 19652580, time.Minute},
	{"59 weeks, 3 days, 10 hours, 19 minutes", 35979540, time.Minute},
	{"0 week, 0 day, 0 hour, 3 minutes", 180, time.Minute},
	{"3221 days, 2 hours, 30 minutes", 278303400, time.Minute},
	{"15 weeks,5 days,22 hours,4 minutes", 9583440, time.Minute},
	{"39 weeks, 3 days, 21 hours, 31 minutes", 23923860, time.Minute},
	{"2 weeks, 21 hours under a minute", 1285200, time.Minute},
	{"11 weeks, 12 days, 13 hours, under a minute", 7736400, time.Minute},
	{"under a minute", 0, time.Minute},
	{"less than a minute", 0, time.Minute},
	{"274 days 1 hours 55 minutes 33 seconds", 23680533, time.Second},
	{"108 days 15 hrs 32 mins 11 secs", 9387131, time.Second},
	{"173 days 18 hrs 0 mins 50 secs", 15012050, time.Second},
	{"175 days,  2 hours,  11 minutes", 15127860, time.Minute},
	{"101 days, 21 hours, 38 minutes, 21 seconds", 8804301, time.Second},
	{"1804 days 12 hours 54 minutes 2 seconds", 155912042, time.Second},
	{"21 days 3 hours 19 minutes and 18 seconds,", 1826358, time.Second},
	{"6 days 3 hrs 23 mins 33 secs", 530613, time.Second},
	{"1 year 1 month 1 day 1 hour 5 minutes", 34218300, time.Minute},
	{"458 days", 39571200, day},
	{"up 2 weeks, 3 days, 4 hours, 5 minutes", 1483500, time.Minute},
	{"33days 3hrs 40mins 52secs", 2864452, time.Second},
	{"55 days, 20 hours, 45 minutes, and 55.55 seconds", 4826755.55, 10 * time.Millisecond},
	// letters
	{"6w4d10h54m44s", 4013684, time.Second},
	{"5w2d19m50s", 3197990, time.Second},
	{"31m35s", 1895, time.Second},
	{"40s", 40, time.Second},
	{"1w 3d 17h 34m 58s", 927298, time.Second},
	{"102d 14h 37m 23.530s", 8865443.53, time.Millisecond},
	{"93D 4H 5M 30S", 8049930, time.Second},
	{"2d:15h:29m:29s", 228569, time.Second},
	{"41DT3H37M58S", 3555478, time.Second},
	{"31w3d2h", 19015200, time.Hour},
	{"1d02h03m", 93780, time.Minute},
	{"2w3d04h", 1483200, time.Hour},
	{"1189 days, 07h:41m:43s", 102757303, time.Second},
	{"2y3w", 64886400, week},
	// mixed
	{"1w2d03:04:05", 788645, time.Second},
	{"6 weeks 1 day 16:54:02", 3776042, time.Second},
	{"1 day 00:10:13", 87013, time.Second},
	{"00:11:30", 690, time.Second},
	{"21w3d 18:15", 13025700, time.Minute},
	{"5d 16:08", 490080, time.Minute},
	{"5w3d 01:02 ago", 3286920, time.Minute},
	{"2w1d 00:05", 1296300, time.Minute},
	{"11:02:04", 39724, time.Second},
	{"00:01:40", 100, time.Second},
	// clocks
	{"142 days, 03:15:22.10 (hr:min:sec)", 12280522.1, 10 * time.Millisecond},
	{"2 days, 3:37:48", 185868, time.Second},
	{"159 days 10:31:39", 13775499, time.Second},
	{"5:06:48", 18408, time.Second},
	{"1 day, 1:51:23", 93083, time.Second},
	{"71,04:17:48", 6149868, time.Second},
	{"07,00:52:09", 607929, time.Second},
	{"0284:19:22:43.97", 24607363.97, 10 * time.Millisecond},
	{"0:0:3:8", 188, time.Second}, // RGOS, not padded
	{"7 days, 10:46:38", 643598, time.Second},
	{"4 day(s), 16:12:08", 403928, time.Second},
	{"115:09:08", 414548, time.Second},
	// uptime(1)
	{"up 51 days,  2:14,  1 user", 4414440, time.Minute},
	{"up 51 days,  2:14,  1 user,  load average: 0.64, 0.57, 0.46", 4414440, time.Minute},
	{"up  2:12,  4 users", 7920, time.Minute},
	{"up 55 days, 22 min", 4753320, time.Minute},
	{"up 3 min", 180, time.Minute},
	{"up 0 min", 0, time.Minute},
	{"up 150 days, 18:15, 2 users", 13025700, time.Minute},
	{"up 15 days, 6 mins", 1296360, time.Minute},
	{"up 15 days, 6 mins, load averages: 0.31, 0.33", 1296360, time.Minute},
	{"up 30 secs", 30, time.Second},
	{"up 11:02", 39720, time.Minute},
	// others
	{"38700050 ticks (774001 sec.)", 774001, time.Second},
	{"  3 hours  ", 10800, time.Hour},
	{"3 hours\t4 minutes.", 11040, time.Minute},
}

func TestParseUptime(t *testing.T) {
	for _, tt := range uptimeTests {
		got, err := ParseUptime(tt.text)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		want := Uptime{Age: time.Duration(tt.seconds*1000) * time.Millisecond, Resolution: tt.resolution}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseUptime(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestParseUptimeRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "no figures"},
		{"up", "no figure at"},
		{"unknown", "no figure at"},
		{"12 fortnights", `unknown unit "fortnight"`},
		{"3 days, 4 parsecs", `unknown unit "parsec"`},
		{"12345", "has no unit"},
		{"12345.67 54321.00", "has no unit"},
		{"3 days 5", "has no unit"},
		{"300 years", "292 years"},
		{"99999999999999999999 days", "292 years"},
		{"292 years, 365 days", "292 years"},
		{"4 hours, 3 days", "do not fall"},
		{"3 days 4 days", "do not fall"},
		{"1:2:3:4:5", "5 fields"},
		{"10:61:00", "no clock field"},
		{"10:00:75", "no clock field"},
		{"10:5", "no clock field"},
		{"10:", "no figure at"},
		{"-5 minutes", "no figure at"},
		{"1 user", `unknown unit "user"`},
		{"load average: 0.1", "no figure at"},
		{"518000K bytes", `unknown unit "k"`},
		{strings.Repeat("1 week ", 5000), "do not fall"},
	} {
		got, err := ParseUptime(tt.text)
		if err == nil {
			t.Errorf("ParseUptime(%q) = %v, want an error with %q", tt.text, got, tt.want)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseUptime(%q): %v, want %q", tt.text, err, tt.want)
		}
	}
}

func FuzzParseUptime(f *testing.F) {
	for _, tt := range uptimeTests {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseUptime(text)
		if err == nil && (u.Age < 0 || u.Resolution <= 0) {
			t.Errorf("ParseUptime(%q) = %v", text, u)
		}
	})
}
