package parser

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	day   = 24 * time.Hour
	week  = 7 * day
	month = 30 * day
	year  = 365 * day
)

// uptimeUnits are the spellings of units, lower case, without a plural "s", "(s)" or a full stop. "m" is always minutes.
var uptimeUnits = map[string]time.Duration{
	"year": year, "yr": year, "y": year,
	"month": month, "mo": month,
	"week": week, "wk": week, "w": week,
	"day": day, "dy": day, "d": day, "dt": day, // 41DT3H37M58S: D-Link
	"hour": time.Hour, "hr": time.Hour, "h": time.Hour,
	"minute": time.Minute, "min": time.Minute, "m": time.Minute,
	"second": time.Second, "sec": time.Second, "s": time.Second,
	"millisecond": time.Millisecond, "msec": time.Millisecond, "ms": time.Millisecond,
}

// underAMinute stands for zero minutes: AOS-CX leaves the unit out and says so in words.
var underAMinute = []string{"under a minute", "less than a minute", "less than 1 minute", "less than one minute"}

var errOverflow = errors.New("is longer than 292 years")

// ParseUptime reads an uptime in any notation that a device prints: "1 year, 2 weeks", "5w2d19m50s", "21w3d 18:15",
// "142 days, 03:15:22.10 (hr:min:sec)", "71,04:17:48", "0284:19:22:43.97", "up 51 days,  2:14,  1 user". A unit it does
// not know, units that do not fall in size, a bare number and an overflow are errors.
func ParseUptime(text string) (Uptime, error) {
	var sum uptimeSum
	if err := sum.read(uptimeBody(text)); err != nil {
		return Uptime{}, fmt.Errorf("uptime %q: %w", clip(text, 80), err)
	}
	return sum.Uptime, nil
}

// uptimeBody cuts what surrounds the figures.
func uptimeBody(text string) string {
	s := strings.ToLower(strings.TrimSpace(text))
	if _, inner, ok := strings.Cut(s, " ticks ("); ok { // "38700050 ticks (774001 sec.)": ticks have no known length
		s = strings.TrimSuffix(inner, ")")
	}
	if i := strings.IndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") && !strings.HasPrefix(s[i:], "(s)") &&
		!strings.ContainsAny(s[i:], "0123456789") { // "(hr:min:sec)"
		s = s[:i]
	}
	s = strings.TrimPrefix(s, "up ")
	s = strings.TrimRight(s, " ,;.")
	s = strings.TrimSuffix(s, " ago")
	return s
}

// uptimeSum adds up the parts of an uptime, from the largest unit to the smallest.
type uptimeSum struct {
	Uptime
	unit time.Duration // of the latest part; 0: none yet
}

func (u *uptimeSum) read(s string) error {
	for {
		s = strings.TrimLeft(s, " \t,:")
		if rest, ok := strings.CutPrefix(s, "and "); ok {
			s = strings.TrimLeft(rest, " ")
		}
		if s == "" {
			break
		}
		rest, done, err := u.part(s)
		if err != nil {
			return err
		}
		if done {
			break
		}
		s = rest
	}
	if u.unit == 0 {
		return errors.New("no figures")
	}
	return nil
}

// part reads one figure with its unit, or a clock; done tells that the uptime ended before it.
func (u *uptimeSum) part(s string) (rest string, done bool, err error) {
	for _, words := range underAMinute {
		if rest, ok := strings.CutPrefix(s, words); ok {
			return rest, false, u.add("0", time.Minute)
		}
	}
	n := numberLength(s)
	if n == 0 {
		if u.unit != 0 && strings.HasPrefix(s, "load average") {
			return "", true, nil
		}
		return "", false, fmt.Errorf("no figure at %q", clip(s, 20))
	}
	figure, rest := s[:n], s[n:]
	if strings.HasPrefix(rest, ":") {
		rest, err = u.clock(s)
		return rest, false, err
	}
	if isDaysBeforeClock(rest) { // "71,04:17:48"
		return rest[1:], false, u.add(figure, day)
	}
	word, rest := unitWord(rest)
	if word == "user" && u.unit != 0 { // Unix uptime goes on with ",  1 user"
		return "", true, nil
	}
	unit, ok := uptimeUnits[word]
	if !ok && word == "" {
		return "", false, fmt.Errorf("%q has no unit", figure)
	}
	if !ok {
		return "", false, fmt.Errorf("unknown unit %q", clip(word, 20))
	}
	return rest, false, u.add(figure, unit)
}

// clock reads "H:MM", "H:MM:SS" or "D:H:MM:SS", the last field with an optional fraction.
func (u *uptimeSum) clock(s string) (rest string, err error) {
	var figures []string
	for {
		n := numberLength(s)
		if n == 0 {
			return "", fmt.Errorf("no figure at %q", clip(s, 20))
		}
		figures = append(figures, s[:n])
		s = s[n:]
		if !strings.HasPrefix(s, ":") {
			break
		}
		s = s[1:]
	}
	units := map[int][]time.Duration{
		2: {time.Hour, time.Minute},
		3: {time.Hour, time.Minute, time.Second},
		4: {day, time.Hour, time.Minute, time.Second},
	}[len(figures)]
	if units == nil {
		return "", fmt.Errorf("a clock of %d fields", len(figures))
	}
	for i, figure := range figures {
		padded := len(figures) < 4 // "0:0:3:8" is RGOS's
		if i > 0 && units[i] < time.Hour && !isSixtieth(figure, padded) {
			return "", fmt.Errorf("%q is no clock field", clip(figure, 20))
		}
		if err := u.add(figure, units[i]); err != nil {
			return "", err
		}
	}
	return s, nil
}

// isSixtieth reports a figure below 60, perhaps with a fraction; padded wants two digits.
func isSixtieth(figure string, padded bool) bool {
	whole, _, _ := strings.Cut(figure, ".")
	return len(whole) == 2 && whole[0] <= '5' || len(whole) == 1 && !padded
}

// add takes a part into account. Units must fall, which keeps text that is no uptime from passing as one.
func (u *uptimeSum) add(figure string, unit time.Duration) error {
	if u.unit != 0 && unit >= u.unit {
		return errors.New("units do not fall in size")
	}
	u.unit = unit
	whole, fraction, _ := strings.Cut(figure, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > (math.MaxInt64-int64(u.Age))/int64(unit) {
		return errOverflow
	}
	age := u.Age + time.Duration(n)*unit
	u.Resolution = unit
	for _, c := range fraction {
		if u.Resolution /= 10; u.Resolution == 0 {
			u.Resolution = 1
			break
		}
		age += time.Duration(c-'0') * u.Resolution
	}
	if age < 0 {
		return errOverflow
	}
	u.Age = age
	return nil
}

// numberLength is the length of the decimal number that s begins with.
func numberLength(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == 0 || i+1 >= len(s) || s[i] != '.' || s[i+1] < '0' || s[i+1] > '9' {
		return i
	}
	for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
	}
	return i
}

// unitWord cuts the unit off the front of s and brings it to the form of the table.
func unitWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " ")
	i := 0
	for i < len(s) && s[i] >= 'a' && s[i] <= 'z' {
		i++
	}
	word, rest = s[:i], s[i:]
	if after, ok := strings.CutPrefix(rest, "(s)"); ok {
		return word, after
	}
	rest = strings.TrimPrefix(rest, ".")
	if singular := strings.TrimSuffix(word, "s"); len(singular) > 1 && word != "ms" {
		word = singular
	}
	return word, rest
}

// isDaysBeforeClock recognises the rest of "71,04:17:48".
func isDaysBeforeClock(rest string) bool {
	if !strings.HasPrefix(rest, ",") {
		return false
	}
	n := numberLength(rest[1:])
	return n > 0 && strings.HasPrefix(rest[1+n:], ":")
}

// clip keeps messages short.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
