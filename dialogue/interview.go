package dialogue

import (
	"regexp"
	"strings"
)

// longestQuestion bounds, in bytes, what is taken for one.
const longestQuestion = 1024

// demandsCode are lines above a question that say what is to be typed: "Enter the code that was sent to you".
var demandsCode = regexp.MustCompile(`(?i)\b(?:enter|type|input|provide|give|respond|reply|confirm)\b`)

// demandsNew are lines above a question that say that a password is to be changed.
var demandsNew = regexp.MustCompile(`(?i)\bpass(?:word|wd|phrase) (?:has |is |was )(?:been )?expired\b|\b(?:choose|set|create|enter|select)\b[^\n]{0,10}\bnew (?:one|pass(?:word|wd|phrase))\b|` +
	`\b(?:must|required to|have to) change\b[^\n]{0,20}\bpass(?:word|wd|phrase)\b|\bpass(?:word|wd|phrase) change (?:is )?required\b`)

// unnamed are questions that do not say what they want.
var unnamed = regexp.MustCompile(`(?i)^\W*(?:please )?(?:enter|type|input|give)?(?: (?:your|the))? ?(?:secrets?|credentials?|authentication)?\W*$`)

// AsksUser tells what a question of keyboard-interactive asks a user for. It is the last line of the text. A line above it, or of the
// instruction, may say that a code is meant, or a new password; where the question itself says nothing, the line before it asks. The
// user's own name says nothing: "svc-token's password:" does not ask for a token.
func AsksUser(user, instruction, text string) Question {
	lines := strings.FieldsFunc(instruction+"\n"+text, func(r rune) bool { return r == '\n' || r == '\r' })
	question := ""
	if strings.TrimSpace(text) != "" {
		question = strings.TrimSpace(lines[len(lines)-1])
		lines = lines[:len(lines)-1]
	}
	if len(question) > longestQuestion {
		return Other
	}
	kind := Asks(question)
	if user != "" && (kind == Code || kind == OtherPassword) && Asks(strings.ReplaceAll(question, user, "")) == Password {
		kind = Password
	}
	if kind == Other && unnamed.MatchString(question) {
		kind = Unnamed
	}
	if kind != Password && kind != Unnamed {
		return kind
	}
	for i, line := range lines {
		asked := Asks(line)
		switch {
		case demandsCode.MatchString(line) && asked == Code:
			return Code
		case demandsNew.MatchString(line):
			return NewPassword
		case kind == Unnamed && i == len(lines)-1 && (asked == Code || asked == NewPassword || asked == OtherPassword):
			return asked
		}
	}
	return kind
}
