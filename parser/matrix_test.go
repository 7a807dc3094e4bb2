package parser

import (
	"fmt"
	"slices"
	"testing"
)

// families are platforms that share a command line, so that one reads another's answers, rightly or with other words.
var families = [][]string{
	{"linux", "cumulus", "sonic", "nokia_srl"},
	{"cisco_asa", "cisco_ftd"},
	{"vyos", "vyatta_vyos", "ubiquiti_edgerouter"},
	{"zte_zxros", "zte_zxan"},
}

// TestMatrix reads the samples of every platform with every other: a wrong platform refuses, or reads the right thing.
func TestMatrix(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	registry := builtIns(t)
	for _, s := range samples {
		own, ok := registry.Get(s.Platform)
		if !ok {
			t.Errorf("no platform %s", s.Platform)
			continue
		}
		truths := readings(own, s)
		for _, p := range registry.All() {
			if p.ID == s.Platform || related(p.ID, s.Platform) {
				continue
			}
			reading, err := p.Parse(s.Answers)
			if err != nil { // no version, so a poll fails and exports nothing
				continue
			}
			for _, wrong := range wrongFacts(truths, reading.Facts) {
				t.Errorf("%s reads %s/%s: %s", p.ID, s.Platform, s.Name, wrong)
			}
		}
	}
}

// readings are what the sample's own platform says: of all answers, and of each alone, where a chassis may stand instead
// of a board.
func readings(own *Platform, s Sample) []Facts {
	all, _ := own.Parse(s.Answers)
	truths := []Facts{all.Facts}
	for _, a := range s.Answers {
		alone, _ := own.Parse([]Output{a})
		truths = append(truths, alone.Facts)
	}
	return truths
}

func related(a, b string) bool {
	return slices.ContainsFunc(families, func(f []string) bool { return slices.Contains(f, a) && slices.Contains(f, b) })
}

// wrongFacts lists the facts that are in none of the truths. Uptimes may differ by what one of the notations cannot show.
func wrongFacts(truths []Facts, got Facts) []string {
	var wrong []string
	for name, of := range map[string]func(Facts) string{
		"version":  func(f Facts) string { return f.Version },
		"model":    func(f Facts) string { return f.Model },
		"serial":   func(f Facts) string { return f.Serial },
		"hostname": func(f Facts) string { return f.Hostname },
		"patch":    func(f Facts) string { return f.Patch },
		"reload":   func(f Facts) string { return f.ReloadReason },
		"next":     func(f Facts) string { return f.NextBoot },
	} {
		value := of(got)
		if value != "" && !slices.ContainsFunc(truths, func(f Facts) bool { return of(f) == value }) {
			wrong = append(wrong, fmt.Sprintf("%s %q, right: %q", name, value, of(truths[0])))
		}
	}
	if u := got.Uptime; u != nil && !slices.ContainsFunc(truths, func(f Facts) bool {
		return f.Uptime != nil && (f.Uptime.Age-u.Age).Abs() <= max(u.Resolution, f.Uptime.Resolution)
	}) {
		wrong = append(wrong, fmt.Sprintf("uptime %v, right: %+v", u.Age, truths[0].Uptime))
	}
	slices.Sort(wrong)
	return wrong
}
