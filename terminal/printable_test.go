package terminal

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"a\tb\n":                       "a\tb\n",
		"größer, 版本, no\u00a0break, 🙂": "größer, 版本, no\u00a0break, 🙂",
		"\x1b[2J\x1b]0;title\x07":      `\u001b[2J\u001b]0;title\u0007`,
		"safe\rfake":                   `safe\u000dfake`,
		"\u009b31m\u0085":              `\u009b31m\u0085`,
		"\u202egnp.exe\u2066":          `\u202egnp.exe\u2066`,
		"\U000e0041":                   `\udb40\udc41`,
		"\xff\xfe":                     "\ufffd\ufffd",
		"\x00\x7f":                     `\u0000\u007f`,
	} {
		for _, read := range []int{1, len(text)} {
			var out strings.Builder
			p := &Printable{To: &out}
			for b := []byte(text); len(b) > 0; {
				n, err := p.Write(b[:min(read, len(b))])
				if err != nil {
					t.Fatal(err)
				}
				b = b[n:]
			}
			if out.String() != want {
				t.Errorf("%q, %d bytes at once: %q, want %q", text, read, out.String(), want)
			}
		}
		if got, want := Line(text), strings.NewReplacer("\t", `\u0009`, "\n", `\u000a`).Replace(want); got != want {
			t.Errorf("%q within a line: %q, want %q", text, got, want)
		}
	}
}

// What JSON holds is the same before and after.
func TestPrintableKeepsJSON(t *testing.T) {
	const text = "\x7f\u009b\u202e\U000e0041\n\x1b"
	var out strings.Builder
	if err := json.NewEncoder(&Printable{To: &out}).Encode(text); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || got != text {
		t.Errorf("%q became %q: %v", text, got, err)
	}
}
