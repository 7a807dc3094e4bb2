// Package dialogue is the vocabulary of how a kind of device talks: prompts, questions, pagers, refusals. Definitions of
// platforms are written in it, for which it has the tags of package strictyaml, and sessions go by it. It holds data and no
// behaviour but what the data means by itself.
package dialogue

import (
	"regexp"
	"strings"
)

// Dialogue is how to talk to a kind of device.
type Dialogue struct {
	Mode     Mode             `yaml:"mode,required" oneof:"exec shell"`
	Prompt   []*regexp.Regexp `yaml:"prompt,required,filled,list"` // any of them matches the last line of the cleaned buffer when the device waits; nil: exec only
	Context  []*regexp.Regexp `yaml:"context,filled,list"`         // lines just above a prompt that belong to it
	Enter    string           `yaml:"enter" oneof:"\n \r \r\n"`    // line end to send; "": "\n"
	Gates    []Gate           `yaml:"gates,filled,list"`           // questions that may come before the first prompt
	Enable   *Enable          `yaml:"enable"`                      // nil: there is no privileged mode that matters here
	Setup    []string         `yaml:"setup,filled,list"`           // typed before the first command: paging off, width; a refusal is ignored
	Pager    []Gate           `yaml:"pager,filled,list"`           // beyond the pagers that every session is ready for
	Refusals []*regexp.Regexp `yaml:"refusals,filled,list"`        // a line among the first of an answer that means: command refused
	Exit     string           `yaml:"exit,filled"`                 // typed at the end; "" just closes
	Login    string           `yaml:"login,filled"`                // appended to the user name (RouterOS "+ct511w4098h"); shell mode only
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
	Ask    *regexp.Regexp `yaml:"ask,required"`    // matches the last line of the cleaned buffer
	Answer string         `yaml:"answer,required"` // {username}, {password} and {enable} stand for the credential's
	Raw    bool           `yaml:"raw"`             // send the answer without the line end
}

// Fits reports whether the line asks the question. The line is as it is shown, without trailing blanks; patterns may
// insist on the blank that follows a question.
func (g Gate) Fits(line string) bool { return g.Ask.MatchString(line) || g.Ask.MatchString(line+" ") }

// AsksCredential reports whether a part of the credential is in the answer.
func (g Gate) AsksCredential() bool { return strings.Contains(g.Answer, "{") }

// Enable tells how to reach the privileged mode.
type Enable struct {
	Command string         `yaml:"command,required,filled"` // "enable"
	When    *regexp.Regexp `yaml:"when,required"`           // the prompt that needs it, e.g. one that ends in ">"
	Ask     *regexp.Regexp `yaml:"ask,required"`            // the password question
}
