package parser

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// define makes a platform whose command "show version" has the given facts, as YAML in flow form.
func define(t testing.TB, facts string) *Platform {
	t.Helper()
	p, err := Load("acme.yml", []byte(strings.Replace(tinyDefinition, `{version: '^AcmeOS (\S+)'}`, facts, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, facts, text, want string }{
		{"earlier rule wins over earlier line", `{version: ['^new (\S+)', '^old (\S+)']}`, "old 1\nnew 2", "2"},
		{"first line wins", `{version: 'v(\d)'}`, "v1\nv2", "1"},
		{"last group that took part", `{version: 'a(\d)|b(\d)'}`, "a1", "1"},
		{"whole match without a group", `{version: 'v\d+'}`, "is v12 now", "v12"},
		{"lines are matched alone", `{version: '^v\s+(\d)$'}`, "v\n1\nv 2", "2"},
		{"after", `{version: {line: 'v(\d)', after: '^B'}}`, "A\nv1\nB v2\nv3", "3"},
		{"after that never comes", `{version: {line: 'v(\d)', after: '^C'}}`, "v1", ""},
		{"until", `{version: {line: 'v(\d)', until: '^B'}}`, "A\nB\nv1", ""},
		{"until ends for good without after", `{version: {line: 'v(\d)', until: '^B'}}`, "B\nA\nv1", ""},
		{"after and until", `{version: {line: 'v(\d)', after: '^B', until: '^C'}}`, "v1\nB\nC\nv2\nB\nv3", "3"},
		{"until may be the next after", `{version: {line: 'v(\d)', after: '^# b', until: '^#'}}`, "# a\nv1\n# b\n# b\nv2", "2"},
		{"not", `{version: {line: 'v(\S+)', not: '^0'}}`, "v01\nv1", "1"},
		{"not leads to the next rule", `{version: [{line: 'v(\S+)', not: '.'}, 'w(\d)']}`, "v1\nw2", "2"},
		{"a placeholder is no value", `{version: 'v: (.*)'}`, "v: N/A\nv: unknown\nv: 7", "7"},
		{"last line without an end", `{version: '^v(\d)$'}`, "x\nv1", "1"},
		{"carriage returns", `{version: '^v(\d)$'}`, "x\r\nv1\r\n", "1"},
		{"the echo of the command is no value", `{version: '^(.+)$'}`, "show version\n1", "1"},
		{"indented as a whole", `{version: '^v(\S+)$'}`, "\n    lab> show version\n    v1\n      v2\n    ", "1"},
		{"indented below the echo", `{version: '^v(\S+)$'}`, "lab> show version\n    v1\n", "1"},
		{"indented only in part", `{version: '^v(\S+)$'}`, "a\n  v1\n", ""},
		{"a single line that is indented by the device", `{version: '^ +v(\S+)$'}`, "  v1\n", "1"},
		{"byte order mark", `{version: '^v(\S+)$'}`, "\ufeffv1\n", "1"},
		{"no lines", `{version: '^v(\d)$'}`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reading, err := define(t, tt.facts).Parse([]Output{{Command: "show version", Text: tt.text}})
			if reading.Facts.Version != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("version %q, %v; want %q", reading.Facts.Version, err, tt.want)
			}
		})
	}
}

func TestParseUptimeFacts(t *testing.T) {
	stamps := `{version: 'v(\d)', uptime: 'up (.+)', boot_time: '^boot (.+)', clock: '^now (.+)'}`
	for _, tt := range []struct{ name, facts, text, uptime, boot string }{
		{"duration", stamps, "up 3 hours", "3h0m0s", ""},
		{"difference", stamps, "boot 2024-01-05 09:10:11\nnow 2024-01-05 10:10:12", "1h0m1s", ""},
		{"difference refines", stamps, "up 1 hour\nboot 2024-01-05 09:10:11\nnow 2024-01-05 10:10:12", "1h0m1s", ""},
		{"difference that disagrees", stamps, "up 3 days\nboot 2024-01-05 09:10:11\nnow 2024-01-05 10:10:12", "72h0m0s", ""},
		{"boot time with a zone", stamps, "boot 2024-01-05 09:10:11 UTC", "", "2024-01-05T09:10:11Z"},
		{"uptime and a finer boot time", stamps, "up 3 hours\nboot 2024-01-05 09:10:11 CET", "3h0m0s", "2024-01-05T08:10:11Z beside"},
		{"uptime and a boot time that is no finer", stamps, "up 3 hours 1 second\nboot 2024-01-05 09:10:11 CET", "3h0m1s", ""},
		{"boot time without a zone", stamps, "boot 2024-01-05 09:10:11", "", ""},
		{"boot time of a clock never set", stamps, "boot 1970-01-01 00:00:07 UTC", "", ""},
		{"boot time in the future", stamps, "boot 2024-01-05 09:10:11\nnow 2023-01-05 10:10:12", "", ""},
		{"boot time in the future by the device's own clock", stamps, "boot 2024-01-05 09:10:11 UTC\nnow 2023-01-05 10:10:12 UTC", "", ""},
		{"uptime and boot time", stamps, "up 3 hours\nboot 2024-01-05 09:10:11 UTC", "3h0m0s", "2024-01-05T09:10:11Z beside"},
		{"no uptime at all", stamps, "up to you\nup 3 lunches", "", ""},
		{"the next line that converts", stamps, "up to you\nup 3 days", "72h0m0s", ""},
		{"seconds", `{version: 'v(\d)', uptime: {line: 'up (.+)', as: seconds}}`, "up 12345.67", "3h25m45.67s", ""},
		{"hundredths", `{version: 'v(\d)', uptime: {line: 'up (.+)', as: hundredths}}`, "up 12345", "2m3.45s", ""},
		{"milliseconds", `{version: 'v(\d)', uptime: {line: 'up (.+)', as: milliseconds}}`, "up 12345", "12.345s", ""},
		{"days", `{version: 'v(\d)', uptime: {line: 'up (.+)', as: days}}`, "up 3", "72h0m0s", ""},
		{"seconds with a unit", `{version: 'v(\d)', uptime: {line: 'up (.+)', as: seconds}}`, "up 3 s", "", ""},
		{"epoch", `{version: 'v(\d)', boot_time: {line: 'boot (.+)', as: epoch}}`, "boot 1712345678.5", "", "2024-04-05T19:34:38.5Z"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reading, err := define(t, tt.facts).Parse([]Output{{Command: "show version", Text: "v1\n" + tt.text}})
			if err != nil {
				t.Error(err)
			}
			var uptime, boot string
			if u := reading.Facts.Uptime; u != nil {
				uptime = u.Age.String()
			}
			if b := reading.Facts.BootTime; !b.IsZero() {
				boot = b.Format(time.RFC3339Nano)
			}
			if b := reading.Facts.Booted; !b.IsZero() {
				boot = b.Format(time.RFC3339Nano) + " beside"
			}
			if uptime != tt.uptime || boot != tt.boot {
				t.Errorf("uptime %q, boot time %q; want %q, %q", uptime, boot, tt.uptime, tt.boot)
			}
		})
	}
}

const twoCommands = `id: acme_os
vendor: Acme
title: AcmeOS
session: {mode: shell, prompt: '> ?$', refusals: '^% Invalid'}
commands:
  - {run: show chassis, optional: true, facts: {serial: '^Serial (\S+)', hostname: '^(\S+)$'}}
  - {run: show version, also: [show ver], facts: {version: '^AcmeOS (\S+)', serial: '^Board (\S+)'}}
`

func TestParseCommands(t *testing.T) {
	p, err := Load("acme.yml", []byte(twoCommands))
	if err != nil {
		t.Fatal(err)
	}
	version := Output{Command: "show version", Text: "AcmeOS 7\nBoard B1\n"}
	for _, tt := range []struct {
		name    string
		outputs []Output
		want    Facts
		err     string
	}{
		{"order of the definition", []Output{version, {Command: "show chassis", Text: "Serial S1"}}, Facts{Version: "7", Serial: "S1"}, ""},
		{"optional command refused", []Output{version, {Command: "show chassis", Text: "      ^\n% Invalid input"}}, Facts{Version: "7", Serial: "B1"}, ""},
		{"required command refused", []Output{{Command: "show version", Text: "show version\n ^\n% Invalid input\nAcmeOS 8"}, {Command: "show chassis", Text: "Serial S1"}},
			Facts{Serial: "S1"}, `the device refused "show version": % Invalid input`},
		{"refusal far down is an answer", []Output{{Command: "show version", Text: "AcmeOS 7\na\nb\nc\nd\n% Invalid"}}, Facts{Version: "7"}, ""},
		{"case, blanks and a pipe", []Output{{Command: "Show  Version | no-more", Text: "AcmeOS 7"}}, Facts{Version: "7"}, ""},
		{"other spelling", []Output{{Command: "show ver", Text: "AcmeOS 7"}}, Facts{Version: "7"}, ""},
		{"unknown command", []Output{{Command: "show all", Text: "lab-1\nSerial S1\nAcmeOS 7"}}, Facts{Version: "7", Serial: "S1"}, ""},
		{"nothing at all", nil, Facts{}, "no version found"},
		{"no version", []Output{{Command: "show version", Text: "\n\nBadOS 9\nx\ny\n"}, {Command: "show chassis", Text: ""}}, Facts{},
			`no version found: "show chassis" answered nothing; "show version" answered "BadOS 9" and 2 more lines`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reading, err := p.Parse(tt.outputs)
			if diff := cmp.Diff(tt.want, reading.Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != tt.err {
				t.Errorf("error %q, want %q", got, tt.err)
			}
			if refused := (*RefusedError)(nil); errors.As(err, &refused) != strings.Contains(tt.err, "refused") {
				t.Errorf("error is a %T", err)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	p := define(t, `{version: '^AcmeOS (\S+)', uptime: ['^up (.+)', '^since (.+)']}`)
	reading, err := p.Parse([]Output{{Command: "show version", Text: "\r\nAcmeOS 7\r\nup and away\r\nsince 3 days"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []Match{
		{Fact: "version", Command: "show version", Line: 2, Pattern: `^AcmeOS (\S+)`, Value: "7"},
		{Fact: "uptime", Command: "show version", Line: 3, Pattern: "^up (.+)", Value: "and away",
			Problem: `uptime "and away": no figure at "away"`},
		{Fact: "uptime", Command: "show version", Line: 4, Pattern: "^since (.+)", Value: "3 days"},
	}
	if diff := cmp.Diff(want, reading.Matches); diff != "" {
		t.Errorf("matches (-want +got):\n%s", diff)
	}
}

// FuzzParse reads arbitrary text with every platform.
func FuzzParse(f *testing.F) {
	samples, err := Samples()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range samples {
		for _, a := range s.Answers {
			f.Add(s.Platform, a.Command, a.Text)
		}
	}
	registry := builtIns(f)
	f.Fuzz(func(t *testing.T, platform, command, text string) {
		p, ok := registry.Get(platform)
		if !ok {
			all := registry.All()
			p = all[len(text)%len(all)]
		}
		reading, err := p.Parse([]Output{{Command: command, Text: text}})
		facts := reading.Facts
		if facts.Version == "" && err == nil {
			t.Error("neither version nor error")
		}
		if facts.Uptime != nil && facts.Uptime.Age < 0 {
			t.Errorf("uptime %v", facts.Uptime.Age)
		}
		for _, s := range []string{facts.Version, facts.Model, facts.Serial, facts.Hostname} {
			if !utf8.ValidString(s) || len(s) > maxValue || strings.ContainsAny(s, "\r\n\x00\x1b") {
				t.Errorf("fact %q", s)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	samples, err := Samples()
	if err != nil {
		b.Fatal(err)
	}
	registry := builtIns(b)
	for _, s := range samples {
		if s.Name != "catalyst-9200" && s.Name != "nexus-93180" && s.Name != "srx-300" && s.Name != "7050sx3" {
			continue
		}
		p, _ := registry.Get(s.Platform)
		b.Run(s.Platform, func(b *testing.B) {
			size := 0
			for _, a := range s.Answers {
				size += len(a.Text)
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Parse(s.Answers); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBuiltIns reads all definitions.
func BenchmarkBuiltIns(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		l, err := newLibrary()
		if err != nil {
			b.Fatal(err)
		}
		for _, id := range l.ids {
			l.platforms[id]()
		}
	}
}
