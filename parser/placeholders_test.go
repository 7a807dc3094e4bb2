package parser

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPlaceholdersAreAbsent puts what devices print for want of a value in the place of each fact of every sample: no fact may hold it.
func TestPlaceholdersAreAbsent(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	registry := builtIns(t)
	for _, s := range samples {
		p, _ := registry.Get(s.Platform)
		before, _ := p.Parse(s.Answers)
		for name, value := range shownFacts(before.Facts) {
			if !slices.Contains([]string{"model", "serial", "hostname", "reload_reason"}, name) || value == "" {
				continue
			}
			// Not a part of a longer word, nor a word of a sentence.
			whole := regexp.MustCompile(`([:="] *|\. |^ *|  )` + regexp.QuoteMeta(value) + `($|["\s])`)
			for _, nothing := range []string{"N/A", "-", "(none)", "UNKNOWN", "00000000", "Not available", "<NULL>"} {
				var answers []Output
				for _, a := range s.Answers {
					lines := strings.Split(a.Text, "\n")
					for i := range lines {
						lines[i] = whole.ReplaceAllString(lines[i], "${1}"+nothing+"${2}")
					}
					a.Text = strings.Join(lines, "\n")
					answers = append(answers, a)
				}
				after, _ := p.Parse(answers)
				for got, text := range shownFacts(after.Facts) {
					if got == "version" || strings.HasPrefix(got, "next_boot") {
						continue
					}
					if text == nothing || strings.HasPrefix(nothing+" ", text+" ") && text != "" {
						t.Errorf("%s/%s: %s is %q after %q stood in the place of %s %q", s.Platform, s.Name, got, text, nothing, name, value)
					}
				}
			}
		}
	}
}
