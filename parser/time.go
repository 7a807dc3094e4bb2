package parser

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// instant is a time stamp as a device prints it. Without a zone it can only be set against another one of the same clock.
type instant struct {
	wall  time.Time     // zoned: the moment; otherwise the figures as if they were UTC
	zone  string        // the zone's name when its offset is not known
	zoned bool          // the offset is known
	step  time.Duration // the smallest step of the notation
}

// timeLayouts are the orders in which devices put the parts, once weekday, zone and commas are gone and months are short.
var timeLayouts = []string{
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006/01/02 15:04:05",
	"2006/1/2 15:04:05",
	"2006-1-2 15:04:05",
	"2006.01.02 15:04:05",
	"15:04:05 Jan 2 2006",
	"15:04:05 2 Jan 2006",
	"15:04:05 2006-01-02",
	"Jan 2 15:04:05 2006",
	"Jan 2 2006 15:04:05",
	"2 Jan 2006 15:04:05",
	"2-Jan-2006 15:04:05",
	"2-Jan-06 15:04:05",
	"2006 Jan 2 15:04:05",
	"2006-Jan-2 15:04:05",
}

// zoneOffsets are zones whose abbreviation has one meaning in practice; the American ones are those of RFC 5322, section 4.3.
// CST, IST, BST and their like are not here: they stand for several zones.
var zoneOffsets = map[string]time.Duration{
	"Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0,
	"WEST": time.Hour, "CET": time.Hour, "MEZ": time.Hour,
	"CEST": 2 * time.Hour, "MESZ": 2 * time.Hour, "EET": 2 * time.Hour, "SAST": 2 * time.Hour,
	"EEST": 3 * time.Hour, "MSK": 3 * time.Hour, "MSD": 4 * time.Hour,
	"HKT": 8 * time.Hour, "SGT": 8 * time.Hour, "AWST": 8 * time.Hour,
	"JST": 9 * time.Hour, "KST": 9 * time.Hour,
	"AEST": 10 * time.Hour, "AEDT": 11 * time.Hour, "NZST": 12 * time.Hour, "NZDT": 13 * time.Hour,
	"BRT": -3 * time.Hour, "EDT": -4 * time.Hour, "EST": -5 * time.Hour, "CDT": -5 * time.Hour,
	"MDT": -6 * time.Hour, "MST": -7 * time.Hour, "PDT": -7 * time.Hour, "PST": -8 * time.Hour,
	"AKDT": -8 * time.Hour, "AKST": -9 * time.Hour, "HST": -10 * time.Hour,
}

// parseTime reads a time stamp: RFC 3339, "21:15:12 UTC Tue Apr 30 2019", "2025-03-04 09:10:11 CET", "2024/01/05 09:10:11",
// "Thu Jan  4 09:10:11 2024", "{ sec = 1712345678, usec = 1 } Fri …". A stamp without a zone is naive; an order of figures
// that can be read in two ways is an error.
func parseTime(text string) (instant, error) {
	s := strings.TrimSpace(text)
	if after, ok := strings.CutPrefix(s, "{ sec = "); ok { // BSD kern.boottime
		return epochInstant(after[:numberLength(after)])
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return instant{wall: t.UTC(), zoned: true, step: time.Second}, nil
	}
	at := instant{step: time.Second}
	figures, offset := at.tokens(s)
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, figures)
		if err != nil {
			if t, err = time.Parse(strings.Replace(layout, ":05", "", 1), figures); err != nil {
				continue
			}
			at.step = time.Minute
		}
		at.wall = t.Add(-offset)
		return at, nil
	}
	return instant{}, fmt.Errorf("no time stamp: %q", clip(text, 80))
}

// tokens takes zone and weekday out and shortens the month. The offset is east of UTC.
func (at *instant) tokens(s string) (figures string, offset time.Duration) {
	var kept []string
	for _, word := range strings.FieldsFunc(strings.TrimLeft(s, "*."), isTimeSeparator) {
		if east, ok := zoneOffset(word); ok {
			offset, at.zoned = east, true
			continue
		}
		if isWeekday(word) {
			continue
		}
		if m, ok := shortMonth(word); ok {
			word = m
		} else if isUpper(word) {
			at.zone = word
			continue
		}
		kept = append(kept, word)
	}
	return strings.Join(kept, " "), offset
}

func isTimeSeparator(r rune) bool { return strings.ContainsRune(" \t,()", r) }

// zoneOffset reads "CET", "+02:00", "-0500", "UTC+02:00" and "GMT+8".
func zoneOffset(word string) (east time.Duration, ok bool) {
	if east, ok = zoneOffsets[word]; ok {
		return east, true
	}
	s := strings.TrimPrefix(strings.TrimPrefix(word, "UTC"), "GMT")
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	digits := strings.Replace(s[1:], ":", "", 1)
	if len(digits) <= 2 {
		digits += "00"
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n/100 > 14 || n%100 > 59 {
		return 0, false
	}
	east = time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute
	if s[0] == '-' {
		east = -east
	}
	return east, true
}

func isWeekday(word string) bool {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := d.String(); strings.EqualFold(word, name) || strings.EqualFold(word, name[:3]) {
			return true
		}
	}
	return false
}

func shortMonth(word string) (string, bool) {
	for m := time.January; m <= time.December; m++ {
		if name := m.String(); strings.EqualFold(word, name) || strings.EqualFold(word, name[:3]) {
			return name[:3], true
		}
	}
	return "", false
}

func isUpper(word string) bool {
	for _, r := range word {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return len(word) > 2 // AM and PM are no zones
}

func epochInstant(digits string) (instant, error) {
	v, err := toEpoch(digits)
	return v.when, err
}

var errSetBack = errors.New("boot time is after the clock")

// since is the time from boot to at, when both tell it: both with a known zone, or both by the same clock without one.
func (at instant) since(boot instant) (Uptime, error) {
	if at.zoned != boot.zoned || at.zone != boot.zone {
		return Uptime{}, fmt.Errorf("clock and boot time have different zones")
	}
	age := at.wall.Sub(boot.wall)
	if age < 0 {
		return Uptime{}, errSetBack
	}
	return Uptime{Age: age, Resolution: max(at.step, boot.step)}, nil
}

// isClockSet tells a set clock from one that still counts from the year its maker gave it.
func (at instant) isClockSet() bool { return at.wall.Year() >= 2000 }
