package lab

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Fault is a way to misbehave. The zero value is a device that does as it should.
type Fault string

// What can go wrong, in the order in which a poll meets it.
const (
	Refuse            Fault = "refuse"              // nothing listens at the address
	Blackhole         Fault = "blackhole"           // SYN packets get no answer
	Reset             Fault = "reset"               // accepts the connection and resets it at the first byte
	Silent            Fault = "silent"              // accepts the connection and says nothing
	HalfVersion       Fault = "half-version"        // stops in the middle of the version line
	VersionOnly       Fault = "version-only"        // sends the version line and no more
	NotSSH            Fault = "not-ssh"             // answers in HTTP
	NoCommonAlgorithm Fault = "no-common-algorithm" // offers algorithms that nobody has
	OtherHostKey      Fault = "other-host-key"      // shows a key that KnownHosts does not have
	SlowAuth          Fault = "slow-auth"           // takes Device.Pause, or 20 s, over every secret
	WrongPassword     Fault = "wrong-password"      // refuses every secret
	OneTimeCode       Fault = "one-time-code"       // wants a code beside the password
	NoFreeSession     Fault = "no-free-session"     // refuses every channel
	NoPTY             Fault = "no-pty"              // refuses the PTY
	ShellCloses       Fault = "shell-closes"        // ends the shell at once
	PasswordExpired   Fault = "password-expired"    // wants a new password before anything else
	NoPrompt          Fault = "no-prompt"           // greets and never prompts
	Drip              Fault = "drip"                // prints a byte each Device.Pause, or 1 s
	Endless           Fault = "endless"             // prints without end
	ResetMidOutput    Fault = "reset-mid-output"    // resets the connection in the middle of an answer
	RebootMidOutput   Fault = "reboot-mid-output"   // reboots in the middle of an answer
	Freeze            Fault = "freeze"              // goes dead in the middle of an answer; the connection stays open
)

// What is odd, but no reason for a poll to fail.
const (
	TwoQuestions  Fault = "two-questions"  // keyboard-interactive asks for the password and for a "yes"
	BannerPrompt  Fault = "banner-prompt"  // the banner has lines that look like the prompt
	OutputPrompt  Fault = "output-prompt"  // so have the answers
	BannerPause   Fault = "banner-pause"   // the banner stops for Device.Pause, or 0.2 s, after a word that looks like a question
	StuckPager    Fault = "stuck-pager"    // paging cannot be switched off
	Garbage       Fault = "garbage"        // answers have NUL bytes and invalid UTF-8
	LongLine      Fault = "long-line"      // answers begin with a line of 1 MB
	AsksToSave    Fault = "asks-to-save"   // does not let go without an answer about its configuration
	OtherHostname Fault = "other-hostname" // answers tell the name of another device
)

// behaviour is what a fault changes, stage by stage. The zero value changes nothing.
type behaviour struct {
	name      Fault
	odd       bool                                                              // a poll should succeed all the same
	place     func(context.Context, *Fleet, netip.Addr) (netip.AddrPort, error) // where the device is, if not with the others
	tcp       func(context.Context, *link)                                      // has the connection instead of SSH
	otherKey  bool                                                              // shows a strange host key
	slowLogin bool                                                              // takes long over every secret
	denies    bool                                                              // refuses every secret
	manner    Manner                                                            // asks in this manner instead of the device's own
	noChannel bool                                                              // refuses channels
	noPTY     bool                                                              // refuses PTYs
	closes    bool                                                              // ends shells at once
	hang      string                                                            // printed instead of the first prompt; no answer helps
	banner    func(*script) string                                              // precedes the banner
	piece     string                                                            // precedes the banner and a pause
	farewell  string                                                            // asked when the client leaves; no answer helps
	edit      func(d *Device, text string) string                               // changes what an answer says
	pager     bool                                                              // keeps paging on
	print     func(ctx context.Context, s *session, rest string)                // has the second half of an answer, and ends the session
}

// faults is every way to misbehave, none of them first.
var faults = []behaviour{
	{odd: true},
	{name: Refuse, place: nowhere, tcp: func(_ context.Context, l *link) { l.conn.reset() }},
	{name: Blackhole, place: abyss, tcp: silence("")},
	{name: Reset, tcp: resetOnFirstByte},
	{name: Silent, tcp: silence("")},
	{name: HalfVersion, tcp: silence("SSH-2.0-Op")},
	{name: VersionOnly, tcp: silence("SSH-2.0-OpenSSH_9.2\r\n")},
	{name: NotSSH, tcp: speakHTTP},
	{name: NoCommonAlgorithm, tcp: offerNothing},
	{name: OtherHostKey, otherKey: true},
	{name: SlowAuth, slowLogin: true},
	{name: WrongPassword, denies: true},
	{name: OneTimeCode, denies: true, manner: AsksCode},
	{name: NoFreeSession, noChannel: true},
	{name: NoPTY, noPTY: true},
	{name: ShellCloses, closes: true},
	{name: PasswordExpired, hang: "Your password has expired.\nEnter new password: "},
	{name: NoPrompt, hang: "Please wait, the system is being initialised ...\n"},
	{name: Drip, print: drip},
	{name: Endless, print: printForEver},
	{name: ResetMidOutput, print: func(_ context.Context, s *session, _ string) { s.conn.reset() }},
	{name: RebootMidOutput, print: func(_ context.Context, s *session, _ string) { s.dev.Reboot() }},
	{name: Freeze, print: freeze},

	{name: TwoQuestions, odd: true, manner: AsksConsent},
	{name: BannerPrompt, odd: true, banner: promptLines},
	{name: BannerPause, odd: true, piece: "Password:"},
	{name: OutputPrompt, odd: true, edit: func(d *Device, text string) string { return promptLines(d.script.Load()) + text }},
	{name: StuckPager, odd: true, pager: true},
	{name: Garbage, odd: true, edit: func(_ *Device, text string) string { return "\x00caf\xe9 \xff\xfe\x00\n" + text }},
	{name: LongLine, odd: true, edit: func(_ *Device, text string) string { return strings.Repeat("x", 1<<20) + "\n" + text }},
	{name: AsksToSave, odd: true, farewell: "Do you want to save the current configuration? [y/n/^c] "},
	{name: OtherHostname, odd: true, edit: tellOtherName},
}

// Faults lists every fault there is, in the order in which a poll meets them.
func Faults() []Fault {
	var all []Fault
	for _, b := range faults[1:] {
		all = append(all, b.name)
	}
	return all
}

// Harmless reports whether a poll should succeed in spite of the fault.
func (f Fault) Harmless() bool {
	b := f.behaviour()
	return b != nil && b.odd
}

// behaviour is the fault's row of the table, nil if it has none.
func (f Fault) behaviour() *behaviour {
	for i := range faults {
		if faults[i].name == f {
			return &faults[i]
		}
	}
	return nil
}

// SetFault changes how the device misbehaves, from its next step on. Refuse and Blackhole hold for good when they are
// set before the fleet starts; a device that has an address in use can only reset (Refuse) or be silent (Blackhole).
func (d *Device) SetFault(f Fault) error {
	b := f.behaviour()
	if b == nil {
		return fmt.Errorf("device %s: no fault is called %q", d.Name, f)
	}
	d.fault.Store(b)
	return nil
}

// CurrentFault is the fault that the device has now, once the fleet has started.
func (d *Device) CurrentFault() Fault { return d.fault.Load().name }

// pause is how long the device's fault takes.
func (d *Device) pause(usual time.Duration) time.Duration {
	if d.Pause > 0 {
		return d.Pause
	}
	return usual
}
