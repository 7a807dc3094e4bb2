package parser

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxValue bounds a fact's text: what is longer is no version or serial, and would burden every scrape.
const maxValue = 128

// placeholders are what devices print where a fact is missing, in lower case, with blanks for "_" and "-".
var placeholders = map[string]bool{
	"": true, "?": true, "unknown": true, "n/a": true, "na": true, "n a": true, "n.a": true, "n/d": true, "none": true, "null": true, "nil": true,
	"undefined": true, "unspecified": true, "unavailable": true, "unassigned": true, "unset": true, "uninitialized": true, "empty": true, "blank": true,
	"invalid": true, "no name": true, "noname": true, "no serial": true, "no serial number": true, "nonexist": true, "non exist": true, "non existent": true,
	"not specified": true, "not available": true, "notavailable": true, "not applicable": true, "not present": true, "not set": true, "not defined": true,
	"not configured": true, "not assigned": true, "not supported": true, "not found": true, "not known": true, "not programmed": true, "not readable": true,
	"information unavailable": true, "information not available": true, "data not available": true, "unknown reason": true, "unknown pid": true,
	"unsupported": true, "to be filled by o.e.m": true, "to be filled by oem": true, "default string": true, "default": true, "o.e.m": true,
	"not": true, "no": true, "information": true, // their first words, where a rule takes one
	"system serial number": true, "chassis serial number": true, "system product name": true, "system version": true, "system manufacturer": true,
	"serial number": true, "sim serial no": true, "0123456789": true, "1234567890": true,
}

// isPlaceholder reports text that stands for "no value", in brackets, too: "Not_Available", "<NULL>". A run of zeros is one, and so are the
// bytes FF of a memory that was never written.
func isPlaceholder(s string) bool {
	if len(s) > 30 {
		return false
	}
	s = strings.ToLower(strings.Trim(s, "<>()[]{}\"' \t"))
	if placeholders[strings.Trim(wordBreaks.Replace(s), " .,;:!*#")] {
		return true
	}
	return strings.Trim(s, "0") == "" || len(s) > 5 && strings.Trim(s, "0:.- ") == "" || len(s) > 5 && strings.Trim(s, "f") == ""
}

var wordBreaks = strings.NewReplacer("_", " ", "-", " ")

// brands are words that say who made a device and not which it is, in lower case.
var brands = map[string]bool{
	"arista": true, "aruba": true, "brocade": true, "cisco": true, "dell": true, "dell emc": true, "extreme": true, "extreme networks": true, "foundry": true,
	"fujitsu": true, "h3c": true, "hp": true, "hpe": true, "huawei": true, "juniper": true, "juniper networks": true, "lenovo": true, "mellanox": true,
	"netgear": true, "nokia": true, "ruckus": true, "ubiquiti": true, "zte": true, "zyxel": true,
}

// isRemark reports text in brackets, or without a letter or figure, in place of a name: "<none>", "[N/A]", "(error reading EEPROM)", "???". A word
// with a colon behind it is the name of the next field.
func isRemark(s string) bool {
	if strings.HasSuffix(s, ":") || s != "" && (s[0] == '<' || s[0] == '(' || s[0] == '[' && isPlaceholder(s)) {
		return true
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// bareSerial is a serial number without the remark in brackets behind it: "AB12(unit 1)".
func bareSerial(s string) string {
	if i := strings.IndexByte(s, '('); i > 0 {
		return strings.TrimSpace(s[:i])
	}
	return s
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
