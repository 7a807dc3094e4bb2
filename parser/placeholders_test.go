package parser

import (
	"regexp"
	"strings"
	"testing"
)

// TestPlaceholdersAreAbsent puts what devices print for want of a value in the place of the facts of every sample: no fact may hold it.
func TestPlaceholdersAreAbsent(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	registry := builtIns(t)
	for _, s := range samples {
		p, _ := registry.Get(s.Platform)
		before, _ := p.Parse(s.Answers)
		var values []string
		for _, value := range []string{before.Facts.Model, before.Facts.Serial, before.Facts.Hostname, before.Facts.ReloadReason} {
			if value != "" {
				values = append(values, regexp.QuoteMeta(value))
			}
		}
		if values == nil {
			continue
		}
		// Not a part of a longer word, nor a word of a sentence.
		whole := regexp.MustCompile(`(?m)([:="] *|\. |^ *|  )(?:` + strings.Join(values, "|") + `)($|["\s])`)
		for _, nothing := range []string{"N/A", "-", "(none)", "UNKNOWN", "00000000", "Not available", "<NULL>"} {
			var answers []Output
			for _, a := range s.Answers {
				a.Text = whole.ReplaceAllString(a.Text, "${1}"+nothing+"${2}")
				answers = append(answers, a)
			}
			after, _ := p.Parse(answers)
			for name, text := range shownFacts(after.Facts) {
				if text != "" && strings.HasPrefix(nothing+" ", text+" ") {
					t.Errorf("%s/%s: %s is %q with %q in the place of values", s.Platform, s.Name, name, text, nothing)
				}
			}
		}
	}
}
