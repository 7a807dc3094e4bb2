package parser

import "time"

// Facts is what a device said of itself. A zero field means that the output did not tell: unknown is absent.
type Facts struct {
	Version  string
	Model    string
	Serial   string
	Hostname string
	Patch    string // patch level or patches beside the version; several are separated by commas

	ReloadReason string // why the device last booted, in its own words; at most 120 bytes

	NextBoot        string // the image or version that boots next
	NextBootDiffers *bool  // whether another one runs; nil: unknown

	Members []Member // of a stack or chassis cluster, in the order of their names; nil: the output tells of none

	Uptime   *Uptime   // nil: unknown
	BootTime time.Time // only where the output states a boot time with a zone but no uptime; zero: unknown
	Booted   time.Time // the boot time that the output states, with a zone, beside a coarser uptime; zero: not told

	Gauges map[string]float64 // a platform's own gauges by name, without the netver_ prefix
}

// Uptime is the time since boot at the moment of reading.
type Uptime struct {
	Age        time.Duration // never negative
	Resolution time.Duration // the smallest step the notation can show: 1m for "2 days, 3 minutes"
}

// Member is one of a stack, of a cluster, or of the engines of a chassis. An empty field is unknown.
type Member struct {
	Name    string // as the device has it: "1", "node0", "Slot-2"
	Role    string // "active", "master", "backup" …, in lower case
	Model   string
	Serial  string
	Version string
	Differs bool // it runs another version than the device as a whole
}

// Output is what one command printed.
type Output struct {
	Command string
	Text    string // as received or cleaned: Parse cleans it
	Prompt  string // what the device showed when it was done: the prompt, and above it the lines that belong to it; "": not known
}

// Match tells which pattern found a fact, for people who debug a platform.
type Match struct {
	Fact    string // version, uptime, boot_time, model, serial, hostname, or a gauge's name
	Command string
	Line    int    // from 1, in the cleaned output
	Pattern string // as written in the definition; "textfsm FILE" for a template
	Value   string // the text it captured
	Problem string // why the value was not used; "" if it was
}

// Reading is all that Parse found.
type Reading struct {
	Facts   Facts
	Matches []Match
}
