package pages

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	at := time.Date(2026, 11, 25, 22, 46, 5, 0, time.UTC)
	for want, got := range map[string]string{
		"31 s":       age(31*time.Second + time.Second/2),
		"17 min":     age(17*time.Minute + 59*time.Second),
		"5 h 10 min": age(5*time.Hour + 10*time.Minute),
		"5 h":        age(5 * time.Hour),
		"12 d 4 h":   age(12*day + 4*time.Hour + time.Minute),
		"855 d":      age(855*day + time.Hour),
		"2,562 d":    age(2562 * day),
		"0 s":        age(-time.Second),

		"2 min 55 s": exact(2*time.Minute + 55*time.Second),
		"3 min":      exact(3 * time.Minute),
		"20 s":       exact(20 * time.Second),
		"1 h 1 min":  exact(time.Hour + time.Minute + time.Second),

		"41 s ago":      ago(at.Add(-41*time.Second), at),
		"5 h 2 min ago": ago(at.Add(-5*time.Hour-2*time.Minute), at),
		"3 d ago":       ago(at.Add(-3*day-5*time.Hour), at),
		"":              ago(time.Time{}, at),

		"in 43 d": ahead(at.Add(43*day+time.Hour), at),
		"today":   ahead(at.Add(time.Hour), at),
		"ended":   ahead(at.Add(-time.Hour), at),

		"<0.01 s": seconds(9 * time.Millisecond),
		"0.21 s":  seconds(210 * time.Millisecond),
		"12.1 s":  seconds(12100 * time.Millisecond),
		"<0.1 ms": duration(99 * time.Microsecond),
		"0.4 ms":  duration(400 * time.Microsecond),
		"184 ms":  duration(184 * time.Millisecond),
		"11.5 s":  duration(11500 * time.Millisecond),

		"999":       number(999),
		"50,000":    number(50000),
		"1,234,567": number(1234567),
		"1 device":  plural(1, "device"),
		"0 devices": plural(0, "device"),
		"<1%":       share(96, 18220),
		"99%":       share(999, 1000),
		"100%":      share(5, 5),
		"0%":        share(0, 0),

		"25 Nov 22:39": date(at.Add(-7*time.Minute), at),
		"31 Aug 2027":  date(time.Date(2027, 8, 31, 5, 0, 0, 0, time.UTC), at),
		"1 Oct 2026":   date(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), at),

		"17.9.4a or 17.12.*": list([]string{"17.9.4a", "17.12.*"}),
		"a, b or c":          list([]string{"a", "b", "c"}),
		"ab…":                shorten("abc", 2),
		"ab":                 shorten("ab", 2),
		`"…`:                 shorten(`""`, 9),
		"…":                  shorten("ö", 1),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
