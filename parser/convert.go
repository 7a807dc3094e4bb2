package parser

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

type family uint8

const (
	texts family = iota
	uptimes
	instants
	numbers
)

// conversions is the closed vocabulary of a rule's `as`.
var conversions = map[string]struct {
	family  family
	convert func(string) (value, error)
}{
	"text":         {texts, toText},
	"duration":     {uptimes, toDuration},
	"days":         {uptimes, toUnits(24 * time.Hour)},
	"hours":        {uptimes, toUnits(time.Hour)},
	"minutes":      {uptimes, toUnits(time.Minute)},
	"seconds":      {uptimes, toUnits(time.Second)},
	"hundredths":   {uptimes, toUnits(10 * time.Millisecond)},
	"milliseconds": {uptimes, toUnits(time.Millisecond)},
	"time":         {instants, toTime},
	"epoch":        {instants, toEpoch},
	"number":       {numbers, toNumber},
}

// conversionsTo are the names of the conversions to some families, sorted.
func conversionsTo(wanted func(family) bool) []string {
	var names []string
	for name, c := range conversions {
		if wanted(c.family) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// value is what a conversion made of a captured text; which field counts depends on the family.
type value struct {
	family family
	text   string
	uptime Uptime
	when   instant
	figure float64
}

func convert(as, text string) (value, error) {
	c := conversions[as]
	v, err := c.convert(text)
	v.family = c.family
	return v, err
}

func toText(s string) (value, error) { return value{text: s}, nil }

func toDuration(s string) (value, error) {
	u, err := ParseUptime(s)
	return value{uptime: u}, err
}

// toUnits reads a bare number of units; "12345.67" of seconds has a resolution of 10 ms.
func toUnits(unit time.Duration) func(string) (value, error) {
	return func(s string) (value, error) {
		var sum uptimeSum
		s = strings.TrimSpace(s)
		n := numberLength(s)
		if n == 0 || n != len(s) {
			return value{}, fmt.Errorf("%q is not a number", s)
		}
		if err := sum.add(s, unit); err != nil {
			return value{}, err
		}
		return value{uptime: sum.Uptime}, nil
	}
}

func toTime(s string) (value, error) {
	t, err := parseTime(s)
	return value{when: t}, err
}

// toEpoch reads Unix seconds with an optional fraction.
func toEpoch(s string) (value, error) {
	v, err := toUnits(time.Second)(s)
	if err != nil {
		return value{}, err
	}
	return value{when: instant{wall: time.Unix(0, 0).UTC().Add(v.uptime.Age), zoned: true, step: v.uptime.Resolution}}, nil
}

func toNumber(s string) (value, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return value{}, fmt.Errorf("%q is not a number", s)
	}
	return value{figure: f}, nil
}
