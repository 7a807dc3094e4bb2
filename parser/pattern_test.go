package parser

import (
	"regexp"
	"slices"
	"testing"
)

func TestRequiredLiterals(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		want    []string
	}{
		{`^Cisco IOS XE Software, Version (\S+)`, []string{"Cisco IOS XE Software, Version "}},
		{`^[Cc]isco (\S+)`, []string{"isco "}},
		{`(?i)^version: (\S+)`, []string{": "}},
		{`(?:foo|bar) baz`, []string{" baz"}},
		{`(?:foo|bar)`, []string{"foo", "bar"}},
		{`(?:foo|\d)`, nil},
		{`(?:1st|2nd|3rd|4th|5th)`, nil},
		{`(?:optional)?x`, []string{"x"}},
		{`(?:often )+x`, []string{"often "}},
		{`(?:thrice){3}`, []string{"thrice"}},
		{`(?:maybe){0,3}`, nil},
		{`^(\S+)$`, nil},
	} {
		if got := newPattern(regexp.MustCompile(tt.pattern)).literals; !slices.Equal(got, tt.want) {
			t.Errorf("literals of %s are %q, want %q", tt.pattern, got, tt.want)
		}
	}
}

// FuzzPattern holds the search by literal against the plain one.
func FuzzPattern(f *testing.F) {
	f.Add(`^[Cc]isco (\S+)`, "x\nCisco abc\n\ncisco def")
	f.Add(`(?i)version: `, "VERSION: 1\nversion: 2")
	f.Add(`^(?:Switch \d|Configuration)`, "Configuration\nSwitch 1\nConf Switch 2")
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
