// Package dialogue is the vocabulary of how a kind of device talks: prompts, questions, pagers, refusals. Definitions of
// platforms are written in it, and sessions go by it. It holds data and no behaviour but what the data means by itself.
package dialogue

import (
	"regexp"
	"strings"
)

// Dialogue is how to talk to a kind of device.
type Dialogue struct {
	Mode     Mode
	Prompt   []*regexp.Regexp  // any of them matches the last line of the cleaned buffer when the device waits; nil: exec only
	Context  []*regexp.Regexp  // lines just above a prompt that belong to it
	Enter    string            // line end to send; "": "\n"
	Gates    []Gate            // questions that may come before the first prompt
	Enable   *Enable           // nil: there is no privileged mode that matters here
	Setup    []string          // typed before the first command: paging off, width; a refusal is ignored
	Instead  map[string]string // by setup command: what is typed where the device refuses it
	Pager    []Gate            // beyond the pagers that every session is ready for
	Refusals []*regexp.Regexp  // a line among the first of an answer that means: command refused
	Exit     string            // typed at the end; "" just closes
	Via      string            // how a host's shell has the device's command line run a {command}; "": there is no such way. Exec mode only
	Login    string            // appended to the user name (RouterOS "+ct511w4098h"); shell mode only
}

// Mode is a way of asking.
type Mode string

// The two ways of asking.
const (
	Exec  Mode = "exec"  // one channel a command
	Shell Mode = "shell" // a PTY with a prompt
)

// Gate is a question of the device and the answer to it.
type Gate struct {
	Ask      *regexp.Regexp // matches the last line of the cleaned buffer
	Answer   string         // {username}, {password} and {enable} stand for the credential's
	Raw      bool           // send the answer without the line end
	Anywhere bool           // any line of what the device has printed since the last answer may ask: a box is drawn below it, or its line ends
}

// Fits reports whether the line asks the question. The line is as it is shown, without trailing blanks; patterns may
// insist on the blank that follows a question.
func (g Gate) Fits(line string) bool { return g.Ask.MatchString(line) || g.Ask.MatchString(line+" ") }

// AsksCredential reports whether a part of the credential is in the answer.
func (g Gate) AsksCredential() bool { return strings.Contains(g.Answer, "{") }

// Enable tells how to reach the privileged mode.
type Enable struct {
	Command string         // "enable"
	When    *regexp.Regexp // the prompt that needs it, e.g. one that ends in ">"
	Ask     *regexp.Regexp // the password question
	User    *regexp.Regexp // the question for a user name that some AAA servers ask first; nil: none is expected
	Always  bool           // typed without a secret, too: the platform's commands need the mode, and as a rule it has no password
}
