package version

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestGlob holds globs to what a regular expression says of short patterns and texts.
func TestGlob(t *testing.T) {
	var words func(letters []string, most int) []string
	words = func(letters []string, most int) []string {
		all := []string{""}
		if most > 0 {
			for _, shorter := range words(letters, most-1) {
				for _, l := range letters {
					all = append(all, l+shorter)
				}
			}
		}
		return all
	}
	texts := append(words([]string{"a", "b", "\n"}, 5), "ü", "aüb", "\xff", "a\xff", "*", "?")
	for _, pattern := range append(words([]string{"a", "b", "*", "?"}, 5), "a.b", "ü*", "*\ufffd", "\xff", "[ab]*") {
		quoted := regexp.QuoteMeta(strings.ToValidUTF8(pattern, "\ufffd"))
		want := regexp.MustCompile(`^(?s:` + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(quoted) + `)$`)
		glob := NewGlob(pattern)
		for _, text := range texts {
			if got := glob.Match(text); got != want.MatchString(text) {
				t.Fatalf("%q of %q: %v", pattern, text, got)
			}
		}
	}
}

// What somebody may send costs no more because of its wildcards: a hundred matches take far less than a second each way.
func TestGlobCost(t *testing.T) {
	text := strings.Repeat("a", 2000)
	for name, pattern := range map[string]string{
		"stars":           strings.Repeat("*", 60_000) + "b",
		"stars and texts": strings.Repeat("*a", 30_000) + "b",
		"questions":       strings.Repeat("*?", 30_000) + "b",
		"a long part":     "*" + strings.Repeat("a", 1000) + "b",
	} {
		fastest := time.Duration(math.MaxInt64)
		for range 3 {
			start := time.Now()
			if NewGlob(pattern).Match(text) {
				t.Fatalf("%s: matches", name)
			}
			fastest = min(fastest, time.Since(start))
		}
		if fastest > 100*time.Millisecond {
			t.Errorf("%s: %v", name, fastest)
		}
	}
}
