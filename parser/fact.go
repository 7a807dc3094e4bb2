package parser

import "strings"

// fact is one of the things a definition may look for.
type fact uint8

// The order is that of Reading.Matches and of the docs.
const (
	factVersion fact = iota
	factUptime
	factBootTime
	factClock
	factModel
	factSerial
	factHostname
	factPatch
	factReloadReason
	factNextBoot
	factBooted
	factCount
)

// factTable names the facts and says what their values are. Two do not leave the parser: the clock, which is the device's own
// and turns a boot time into an uptime, and booted, the image that runs, which the one that boots next is compared with.
var factTable = [factCount]struct{ name, kind string }{
	factVersion:      {"version", "text"},
	factUptime:       {"uptime", "duration"},
	factBootTime:     {"boot_time", "time"},
	factClock:        {"clock", "time"},
	factModel:        {"model", "text"},
	factSerial:       {"serial", "text"},
	factHostname:     {"hostname", "text"},
	factPatch:        {"patch", "text"},
	factReloadReason: {"reload_reason", "text"},
	factNextBoot:     {"next_boot", "text"},
	factBooted:       {"booted", "text"},
}

func (f fact) String() string { return factTable[f].name }

// kind is the conversion that a rule of the fact has by default.
func (f fact) kind() string { return factTable[f].kind }

// kinds are the conversions that a rule of the fact may name.
func (f fact) kinds() []string {
	own := conversions[f.kind()].family
	return conversionsTo(func(f family) bool { return f == own })
}

// lacks reports text that says that the device has no such fact.
func (f fact) lacks(text string) bool {
	switch f {
	case factModel:
		return isPlaceholder(text) || isRemark(text) || brands[strings.ToLower(text)]
	case factVersion, factSerial, factHostname:
		return isPlaceholder(text) || isRemark(text)
	case factPatch, factReloadReason, factNextBoot, factBooted:
		return isPlaceholder(text)
	}
	return false
}

func factNames() []string {
	var names []string
	for f := range factCount {
		names = append(names, f.String())
	}
	return names
}
