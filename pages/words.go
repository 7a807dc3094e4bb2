package pages

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const day = 24 * time.Hour

// age is a duration in at most two units: "31 s", "17 min", "5 h 10 min", "12 d 4 h", "855 d".
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, d/time.Second))
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < day:
		return two(d, time.Hour, "h", time.Minute, "min")
	case d < 100*day:
		return two(d, day, "d", time.Hour, "h")
	}
	return number(int(d/day)) + " d"
}

// exact is age with the seconds of the minutes: "2 min 55 s".
func exact(d time.Duration) string {
	if time.Minute <= d && d < time.Hour {
		return two(d, time.Minute, "min", time.Second, "s")
	}
	return age(d)
}

// two is a duration in a unit and a smaller one, which is left out where there is none of it.
func two(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := fmt.Sprintf("%d %s", d/large, largeName)
	if rest := d % large / small; rest > 0 {
		text += fmt.Sprintf(" %d %s", rest, smallName)
	}
	return text
}

// ago says how long before now a time was: "41 s ago", "3 d ago"; "": the time is not known.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return ""
	case d >= day:
		return number(int(d/day)) + " d ago"
	}
	return age(d) + " ago"
}

// ahead says how long after now a date is, in days: "in 43 d", "today", "ended".
func ahead(t, now time.Time) string {
	switch d := t.Sub(now); {
	case d < 0:
		return "ended"
	case d < day:
		return "today"
	default:
		return fmt.Sprintf("in %s d", number(int(d/day)))
	}
}

// seconds is the time of a poll: "0.21 s", "12.1 s", "<0.01 s".
func seconds(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return "<0.01 s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// number has a comma per thousand.
func number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// plural is a number and what it is of: "1 device", "2,000 devices".
func plural(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return number(n) + " " + of + "s"
}

// share is a part of a whole in percent, "<1%" where it is less than one.
func share(part, whole int) string {
	percent := 100 * float64(part) / float64(max(1, whole))
	switch {
	case part > 0 && percent < 1:
		return "<1%"
	case part < whole && percent > 99:
		return "99%"
	}
	return fmt.Sprintf("%.0f%%", percent)
}

// clock is the time of a day: "22:46:05".
func clock(t time.Time) string { return t.UTC().Format("15:04:05") }

// stamp is a time in full: "2026-11-25 22:45:01 UTC"; "": it is not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// date is a time as near to now as it is: "25 Nov 22:39", "31 Aug 2027" where it is in another year, far off, or a day alone.
func date(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	alone := t.Equal(t.Truncate(day))
	switch {
	case t.IsZero():
		return ""
	case t.Year() != now.Year() || alone:
		return calendarDay(t)
	}
	return t.Format("2 Jan 15:04")
}

// calendarDay is a date with its year: "31 Aug 2027".
func calendarDay(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// iso is a time for the attribute datetime.
func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// list is "a", "a or b", "a, b or c".
func list(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

// shorten cuts a text so that it takes at most a number of bytes in HTML, where some characters take five.
func shorten(text string, longest int) string {
	for i, r := range text {
		if longest--; strings.ContainsRune("<>&'\"", r) {
			longest -= 4
		} else {
			longest -= utf8.RuneLen(r) - 1
		}
		if longest < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
