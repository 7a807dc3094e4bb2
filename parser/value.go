package parser

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxValue bounds a fact's text: what is longer is no version or serial, and would burden every scrape.
const maxValue = 128

// placeholders are what devices print where a fact is missing, in lower case.
var placeholders = map[string]bool{
	"": true, "-": true, "--": true, "---": true, "?": true, ".": true,
	"unknown": true, "n/a": true, "na": true, "n.a.": true, "none": true, "(none)": true, "null": true, "nil": true, "undefined": true,
	"not specified": true, "not available": true, "not applicable": true, "not present": true, "not set": true,
	"not programmed": true, "unspecified": true, "unavailable": true, "information unavailable": true, "empty": true, "invalid": true,
	"to be filled by o.e.m.": true, "to be filled by oem": true, "default string": true, "default": true, "o.e.m.": true,
	"system serial number": true, "chassis serial number": true, "system product name": true, "system version": true,
	"system manufacturer": true, "serial number": true, "sim serial no.": true, "sim serial no": true, "0123456789": true,
}

// isPlaceholder reports text that stands for "no value"; a run of zeros is one too.
func isPlaceholder(s string) bool {
	if len(s) > 30 {
		return false
	}
	return placeholders[strings.ToLower(s)] || strings.Trim(s, "0") == ""
}

// isRemark reports text in brackets, or without a letter or figure, in place of a name: "<none>", "[N/A]", "(error reading EEPROM)", "???".
func isRemark(s string) bool {
	if s != "" && (s[0] == '<' || s[0] == '(' || s[0] == '[' && isPlaceholder(strings.Trim(s, "[] "))) {
		return true
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// cleanValue makes a captured text fit to be shown: valid UTF-8, no control characters, no surrounding blanks or quotes, bounded.
func cleanValue(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	if len(s) <= maxValue && isPlain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	return cut(s, maxValue)
}

// maxReason bounds a reload reason, which is a label.
const maxReason = 120

// cleanReason makes a reason one line of words: it takes runs of blanks and the full stop at the end off, and cuts what is too long.
func cleanReason(s string) string {
	s = strings.TrimRight(strings.Join(strings.Fields(s), " "), " .,;")
	return strings.Clone(cut(s, maxReason))
}

// cut takes characters off the end of a text until it has at most so many bytes, and blanks off both ends.
func cut(s string, most int) string {
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimSpace(s)
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
