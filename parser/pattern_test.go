package parser

import (
	"regexp"
	"testing"
)

func TestRequiredLiteral(t *testing.T) {
	for _, tt := range []struct{ pattern, want string }{
		{`^Cisco IOS XE Software, Version (\S+)`, "Cisco IOS XE Software, Version "},
		{`^[Cc]isco (\S+)`, "isco "},
		{`(?i)^version: (\S+)`, ": "},
		{`(?:foo|bar) baz`, " baz"},
		{`(?:foo|bar)`, ""},
		{`(?:optional)?x`, "x"},
		{`(?:often )+x`, "often "},
		{`(?:thrice){3}`, "thrice"},
		{`(?:maybe){0,3}`, ""},
		{`^(\S+)$`, ""},
	} {
		if got := newPattern(regexp.MustCompile(tt.pattern)).literal; got != tt.want {
			t.Errorf("literal of %s is %q, want %q", tt.pattern, got, tt.want)
		}
	}
}

// FuzzPattern holds the search by literal against the plain one.
func FuzzPattern(f *testing.F) {
	f.Add(`^[Cc]isco (\S+)`, "x\nCisco abc\n\ncisco def")
	f.Add(`(?i)version: `, "VERSION: 1\nversion: 2")
	f.Add(`a$`, "ba\nab\na")
	f.Fuzz(func(t *testing.T, expr, text string) {
		re, err := regexp.Compile(expr)
		if err != nil || len(expr) > 100 || len(text) > 1000 {
			return
		}
		fast, plain := newPattern(re), &pattern{re: re}
		got, gotOK := fast.find(text, 0)
		want, wantOK := plain.find(text, 0)
		if gotOK != wantOK || gotOK && got != want {
			t.Errorf("%q in %q: %v %t, want %v %t", expr, text, got, gotOK, want, wantOK)
		}
	})
}
