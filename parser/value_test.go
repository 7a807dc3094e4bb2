package parser

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCleanValue(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"  17.9.6a ", "17.9.6a"},
		{`"lab-1"`, "lab-1"},
		{"a\x00b\x1b[0mc\x7f", "ab[0mc"},
		{"bad\xff\xfeutf", "badutf"},
		{"zürich", "zürich"},
		{"a\u202eb\u200bc", "abc"},
		{strings.Repeat("x", 500), strings.Repeat("x", maxValue)},
		{strings.Repeat("ü", 500), strings.Repeat("ü", maxValue/2)},
		{"a" + strings.Repeat("ü", 500), "a" + strings.Repeat("ü", maxValue/2-1)},
		{`"`, `"`},
		{"", ""},
	} {
		if got := cleanValue(tt.text); got != tt.want {
			t.Errorf("cleanValue(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestIsPlaceholder(t *testing.T) {
	for text, want := range map[string]bool{
		"unknown": true, "N/A": true, "None": true, "Not Specified": true, "To be filled by O.E.M.": true, "Sim Serial No.": true,
		"0000000000": true, "0": true, "": true, "--": true, "Default string": true,
		"NOT_AVAILABLE": true, "Not-available.": true, "<NULL>": true, "(unknown)": true, "[none]": true, "Non-exist": true, "n.a.": true, "N/D": true,
		"FFFFFFFF": true, "00:00:00:00:00:00": true, "ff": false, "FFX0001": false, "none-1": false, "nonesuch": false,
		"XXXXXXXXXX": false, "FOC0000A1BC": false, "N9K-C93180YC-EX": false, "0x1": false, "100": false,
	} {
		if got := isPlaceholder(text); got != want {
			t.Errorf("isPlaceholder(%q) = %t", text, got)
		}
	}
}

func FuzzCleanValue(f *testing.F) {
	f.Add("a\x00b\x1b[0mc\xff")
	f.Add(strings.Repeat("ü", 200))
	f.Fuzz(func(t *testing.T, text string) {
		got := cleanValue(text)
		if !utf8.ValidString(got) || len(got) > maxValue || strings.ContainsAny(got, "\x00\r\n\x1b\x7f") {
			t.Errorf("cleanValue(%q) = %q", text, got)
		}
	})
}

func TestIsRemark(t *testing.T) {
	for text, want := range map[string]bool{
		"<none>": true, "(none)": true, "[N/A]": true, "(error reading EEPROM)": true, "(error": true, "???": true, "---": true, "": true,
		"lab-1": false, "BootROM:": true, "[AP] 12": false, "9.1(2)": false, "Ω": false, "0": false,
	} {
		if got := isRemark(text); got != want {
			t.Errorf("isRemark(%q) = %t", text, got)
		}
	}
}

func TestBareSerial(t *testing.T) {
	for text, want := range map[string]string{"AC0000A1(unit 1)": "AC0000A1", "AC0000A1 (spare)": "AC0000A1", "(unknown)": "(unknown)", "AC0000A1": "AC0000A1", "": ""} {
		if got := bareSerial(text); got != want {
			t.Errorf("bareSerial(%q) = %q, want %q", text, got, want)
		}
	}
}
