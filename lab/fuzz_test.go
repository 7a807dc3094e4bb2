package lab

import (
	"io"
	"strings"
	"testing"
	"time"
)

type typist struct {
	io.Reader
	io.Writer
}

// Whatever a client sends, the keyboard comes to its end, and a line holds no control key.
func FuzzKeyboard(f *testing.F) {
	f.Add("terminal length 0\nshow version\r\nexit\r")
	f.Add("\x03\x15\x7f\x08\n\r\n\r")
	f.Fuzz(func(t *testing.T, keys string) {
		k := newKeyboard(typist{strings.NewReader(keys), io.Discard})
		lines := 0
		for {
			line, err := k.line(true)
			if err != nil {
				break
			}
			if strings.ContainsAny(line, "\r\n\x03\x15\x7f\x08") {
				t.Errorf("a control key in %q", line)
			}
			lines++
		}
		if lines > len(keys) {
			t.Errorf("%d lines of %d keys", lines, len(keys))
		}
	})
}

// However strange an uptime is, at its own age it reads as before if every number was understood.
func FuzzCutAge(f *testing.F) {
	f.Add("1 year, 21 weeks, 5 days, 8 hours, 37 minutes", int64(0))
	f.Add("21w3d 18:15", int64(time.Hour))
	f.Add("71,04:17:48", int64(time.Second))
	f.Add("1234567.89", int64(1234567*time.Second))
	f.Fuzz(func(t *testing.T, value string, age int64) {
		a := ageText{before: "<", after: ">", parts: cutAge(value, time.Duration(age))}
		text := a.at(time.Duration(age))
		if !strings.HasPrefix(text, "<") || !strings.HasSuffix(text, ">") {
			t.Errorf("%q became %q", value, text)
		}
		if letters(text) != "<"+letters(value)+">" {
			t.Errorf("%q became %q: more than numbers changed", value, text)
		}
	})
}

func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '-' {
			return -1
		}
		return r
	}, text)
}
