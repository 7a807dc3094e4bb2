package lab

import "github.com/netver/netver_exporter/parser"

// Manner is how a device asks for the password, and what it does with a wrong one. A device with the zero value lists
// the methods password and keyboard-interactive, and accepts the right password by either.
type Manner string

// Where and how often the password is asked for.
const (
	ByPassword      Manner = "password"                    // lists only that method
	ByKeyboard      Manner = "keyboard-interactive"        // lists only that method, as EOS does
	OfBothPassword  Manner = "both, but password"          // lists both and refuses every keyboard-interactive login
	OfBothKeyboard  Manner = "both, but keyboard"          // lists both and refuses every password login
	ByKeyboardAgain Manner = "keyboard-interactive, again" // asks again in the same exchange, three times in all
	HangsUp         Manner = "hangs up"                    // ends the connection instead of a refusal, as Dropbear -T 1 does
	InSession       Manner = "in the session"              // lets everybody in and asks there, three times in all, as AireOS does
	InSessionOnce   Manner = "in the session, once"        // asks there, and ends the session if the answer is wrong
	InSessionToo    Manner = "in the session, too"         // lets everybody in who gives any password, and asks there again, once
	SecondFactor    Manner = "second factor"               // takes any password for the first of two factors, and checks it by keyboard-interactive
)

// What keyboard-interactive asks besides the password, or instead of it.
const (
	AsksConsent        Manner = "consent"         // the password, then an echoed yes or no
	AsksCode           Manner = "one-time code"   // the password, then an echoed code
	AsksHiddenCode     Manner = "hidden code"     // the same, not echoed
	AsksPIN            Manner = "PIN"             // nothing but a PIN
	AsksPasscode       Manner = "passcode"        // nothing but a passcode
	AsksHint           Manner = "hint"            // the password, then the answer to a hidden hint
	AsksMenu           Manner = "menu"            // which second factor to use, then the password
	AsksEchoed         Manner = "echoed password" // the password, echoed
	AsksSecondPassword Manner = "second password" // the password twice, by two names
)

// manner is a row of the table. A device asks keyboard-interactive questions of all manners that have keyboard.
type manner struct {
	name     Manner
	password offer
	keyboard offer
	asks     []question // by keyboard-interactive; nil: the password
	gates    []parser.SampleGate
	tries    int  // how often a wrong answer is asked for again in the same exchange or session; 0: once
	hangsUp  bool // ends the connection over a wrong password
	factors  bool // keyboard-interactive comes after password, and both are needed
}

// offer is what a device makes of an authentication method.
type offer int

const (
	absent   offer = iota // it does not list the method
	honest                // it accepts the right password
	refuses               // it lists the method and accepts nothing
	anything              // it accepts every password, and counts none
)

// question is one of those that keyboard-interactive asks.
type question struct {
	text string
	want string // "": the password
	echo bool
}

var (
	password     = question{text: "Password: "}
	passwordOnly = []question{password}
	passwordGate = []parser.SampleGate{{Ask: "User: ", Want: "{username}"}, {Ask: "Password: ", Want: "{password}"}}
)

// manners is every way to ask; the first is that of a device without one.
var manners = []manner{
	{password: honest, keyboard: honest},
	{name: ByPassword, password: honest},
	{name: ByKeyboard, keyboard: honest},
	{name: OfBothPassword, password: honest, keyboard: refuses},
	{name: OfBothKeyboard, password: refuses, keyboard: honest},
	{name: ByKeyboardAgain, keyboard: honest, tries: 3},
	{name: HangsUp, password: honest, keyboard: honest, hangsUp: true},
	{name: InSession, gates: passwordGate, tries: 3},
	{name: InSessionOnce, gates: passwordGate},
	{name: InSessionToo, password: anything, gates: passwordGate},
	{name: SecondFactor, password: anything, keyboard: honest, factors: true},

	{name: AsksConsent, keyboard: honest, asks: []question{password, {text: "Do you accept the statement above? (yes/no) ", want: "yes", echo: true}}},
	{name: AsksCode, keyboard: honest, asks: []question{password, {text: "One-time code: ", want: "000000", echo: true}}},
	{name: AsksHiddenCode, keyboard: honest, asks: []question{password, {text: "Verification code: ", want: "000000"}}},
	{name: AsksPIN, keyboard: honest, asks: []question{{text: "Enter PIN: ", want: "0000"}}},
	{name: AsksPasscode, keyboard: honest, asks: []question{{text: "Enter PASSCODE: ", want: "00000000"}}},
	{name: AsksHint, keyboard: honest, asks: []question{password, {text: "Name of your first router: ", want: "lab-0"}}},
	{name: AsksMenu, keyboard: honest, asks: []question{{text: "1. push\n2. phone\nOption (1-2): ", want: "1", echo: true}, password}},
	{name: AsksEchoed, keyboard: honest, asks: []question{{text: "Password: ", echo: true}}},
	{name: AsksSecondPassword, keyboard: honest, asks: []question{password, {text: "Directory password: "}}},
}

// row is the manner's row of the table, nil if it has none.
func (m Manner) row() *manner {
	for i := range manners {
		if manners[i].name == m {
			return &manners[i]
		}
	}
	return nil
}
