package secret

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"testing"
)

func TestRedactor(t *testing.T) {
	r := NewRedactor(New("sword"), New("swordfish"), New("abc"), Value{}, New(`say "hello"`), New("first line\r\nsecond line\n"), New("redacted"))
	for text, want := range map[string]string{
		"":                                 "",
		"nothing of it":                    "nothing of it",
		"swordfish, sword, swordfis":       "<redacted>, <redacted>, <redacted>fis",
		"abc is too short":                 "abc is too short",
		`it says say "hello"`:              "it says <redacted>",
		strconv.Quote(`say "hello" to me`): `"<redacted> to me"`,
		"first line|second line":           "<redacted>|<redacted>",
		"swordredacted":                    "<redacted><redacted>",
	} {
		if got := r.Text(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := (*Redactor)(nil).Text("swordfish"); got != "swordfish" {
		t.Errorf("nil redactor: %q", got)
	}
}

func TestRedactorKeepsTheKindOfAnError(t *testing.T) {
	r := NewRedactor(New("swordfish"))
	err := r.Error(fmt.Errorf("it says swordfish: %w", io.EOF))
	if err.Error() != "it says <redacted>: EOF" || !errors.Is(err, io.EOF) {
		t.Errorf("error %q", err)
	}
	if got := r.Error(io.EOF); got != io.EOF {
		t.Errorf("error without a secret: %v", got)
	}
	if got := r.Error(nil); got != nil {
		t.Errorf("no error: %v", got)
	}
}
