package strictyaml

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sample has a field of every kind.
type sample struct {
	Text    string            `yaml:"text"`
	Flag    bool              `yaml:"flag"`
	Maybe   *bool             `yaml:"maybe"`
	Number  int               `yaml:"number"`
	Share   float64           `yaml:"share"`
	Wait    time.Duration     `yaml:"wait" alias:"pause"`
	Pattern *regexp.Regexp    `yaml:"pattern"`
	Texts   []string          `yaml:"texts,filled,list"`
	Names   map[string]string `yaml:"names"`
	Mode    string            `yaml:"mode" oneof:"exec shell"`
	Items   []item            `yaml:"items"`
}

type item struct {
	Name string `yaml:"name,required,filled,short"`
	Size int    `yaml:"size"`
}

func decodeSample(text string) (sample, error) {
	d, err := Parse("x.yml", []byte(text), "something")
	if err != nil {
		return sample{}, err
	}
	v := sample{Text: "default"}
	d.Decode(&v)
	return v, d.Err()
}

func TestDecode(t *testing.T) {
	yes, no := true, false
	for _, test := range []struct {
		text string
		want sample
	}{
		{"text: 6.50", sample{Text: "6.50"}},
		{"text: 064", sample{Text: "064"}},
		{"text: 1e3", sample{Text: "1e3"}},
		{"text: 2024-01-05", sample{Text: "2024-01-05"}},
		{"text: yes", sample{Text: "yes"}},
		{"text: True", sample{Text: "True"}},
		{"text: <<", sample{Text: "<<"}},
		{"text: !!str 7", sample{Text: "7"}},
		{"text:", sample{Text: "default"}},
		{"text: ~", sample{Text: "default"}},
		{"text: ''", sample{}},
		{"names: {a: 0.9, 12: y, b: null}\ntext: ''", sample{Names: map[string]string{"a": "0.9", "12": "y", "b": ""}}},
		{"flag: true\nmaybe: false\ntext: ''", sample{Flag: true, Maybe: &no}},
		{"flag: True\nmaybe: TRUE\ntext: ''", sample{Flag: true, Maybe: &yes}},
		{"flag: TRUE\nmaybe: False\ntext: ''", sample{Flag: true, Maybe: &no}},
		{"flag: yes\nmaybe: off\ntext: ''", sample{Flag: true, Maybe: &no}},
		{"number: 064\ntext: ''", sample{Number: 64}},
		{"number: -12\nshare: .5\ntext: ''", sample{Number: -12, Share: 0.5}},
		{"texts: one\ntext: ''", sample{Texts: []string{"one"}}},
		{"texts: [1, two]\ntext: ''", sample{Texts: []string{"1", "two"}}},
		{"wait: 1h30m\ntext: ''", sample{Wait: 90 * time.Minute}},
		{"pause: 1h\ntext: ''", sample{Wait: time.Hour}},
		{"mode: shell\ntext: ''", sample{Mode: "shell"}},
		{"items: [a, {name: b, size: 2}]\ntext: ''", sample{Items: []item{{Name: "a"}, {"b", 2}}}},
		{"\xef\xbb\xbftext: a", sample{Text: "a"}},
		// Merges: own keys first, then the earlier source, and sources may themselves merge.
		{"text: ''\nitems: [&a {name: a, size: 1}, &b {<<: *a, name: b}, {<<: *b}, {<<: [*a, *b], size: 3}]",
			sample{Items: []item{{"a", 1}, {"b", 1}, {"b", 1}, {"a", 3}}}},
		{"text: ''\nitems: [&a {name: a, <<: *a}]", sample{Items: []item{{Name: "a"}}}},
	} {
		got, err := decodeSample(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
		} else if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestDecodeProblems(t *testing.T) {
	const merge = "<< merges another mapping; write <<: *name, where &name stands before that mapping, or a list of such names"
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{"x.yml: the file is empty; it needs at least something"}},
		{"text: !!binary YWNtZQ==", []string{"x.yml:1: text: a YAML tag such as !!binary has no meaning here; write the text itself, in quotes if it begins with !"}},
		{"text: !hunter2", []string{"x.yml:1: text: a YAML tag such as !name has no meaning here; write the text itself, in quotes if it begins with !"}},
		{"<<: word", []string{"x.yml:1: " + merge}},
		{"names:\n  <<: [{a: b}, word]", []string{"x.yml:2: names: " + merge}},
		{"items:\n  - {<<: , size: 1}", []string{"x.yml:2: items[0]: " + merge}},
		{"flag: maybe", []string{"x.yml:1: flag: want true or false"}},
		{"flag: 'true'", []string{"x.yml:1: flag: want true or false"}},
		{"number: 0x10\nshare: [1]", []string{"x.yml:1: number: want a whole number", "x.yml:2: share: want a number"}},
		{"number: 1.5", []string{"x.yml:1: number: want a whole number"}},
		{"number: 99999999999999999999", []string{"x.yml:1: number: want a whole number"}},
		{"wait: 300", []string{"x.yml:1: wait: want a duration with its unit, such as 30s, 5m, 1h30m or 7d"}},
		{"wait: 99999999999y", []string{"x.yml:1: wait: want a duration with its unit, such as 30s, 5m, 1h30m or 7d"}},
		{"wait: 1s\n\npause: 2s", []string{"x.yml:3: pause: the same as wait, which is given in line 1; keep one"}},
		{"text: a\ntext: b", []string{"x.yml:2: text: given twice; the first is in line 1"}},
		{"pattern: '['", []string{"x.yml:1: pattern: missing closing ]: `[`"}},
		{"pattern: ''", []string{"x.yml:1: pattern: must not be empty"}},
		{"mode: telnet", []string{`x.yml:1: mode: "telnet" is not one of "exec", "shell"`}},
		{"texts: []", []string{"x.yml:1: texts: must not be empty"}},
		{"texts: [a, '', ]", []string{"x.yml:1: texts[1]: must not be empty"}},
		{"texts:\n  - a\n  -", []string{"x.yml:3: texts[1]: the list item is empty; write a value or remove the dash"}},
		{"items: [{size: 1}, {nam: a}, {colour: red}]", []string{
			"x.yml:1: items[0].name: missing",
			"x.yml:1: items[1].nam: unknown key (did you mean name?)",
			"x.yml:1: items[2].colour: unknown key (known here: name, size)",
			"x.yml:1: items[2].name: missing",
		}},
		{"names: {[a]: b}", []string{"x.yml:1: names: a key must be a single word"}},
		{"items: [[a]]", []string{"x.yml:1: items[0]: want keys with a value each; known here: name, size"}},
		{"text: {a: b}", []string{"x.yml:1: text: want a single text"}},
	} {
		_, err := decodeSample(test.text)
		if err == nil {
			t.Errorf("%q: no problem", test.text)
		} else if diff := cmp.Diff(test.want, strings.Split(err.Error(), "\n")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		text string
		want time.Duration
	}{
		{"30s", 30 * time.Second}, {"250ms", 250 * time.Millisecond}, {"1h30m", 90 * time.Minute}, {"1.5h", 90 * time.Minute},
		{"7d", 7 * day}, {"1w", 7 * day}, {"1d12h", 36 * time.Hour}, {"1y2w", 379 * day}, {"1.5d", 36 * time.Hour}, {"-1d", -day}, {"0", 0},
	} {
		if got, err := parseDuration(test.text); err != nil || got != test.want {
			t.Errorf("%q: %v, %v; want %v", test.text, got, err, test.want)
		}
	}
	for _, text := range []string{"", "5", "5 minutes", "d", "1dd", "1month", "9999999y", strings.Repeat("9", 400) + "d"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// A file with as many mistakes as lines is reported in a few lines, and soon.
func TestManyProblems(t *testing.T) {
	const many = 100_000
	text := "names:\n" + strings.Repeat("  same: [x]\n", many/2) + "items:\n" + strings.Repeat("  - {size: x}\n", many/4)
	_, err := decodeSample(text)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 51 || lines[0] != "x.yml:2: names.same: want a single text" || lines[50] != fmt.Sprintf("and %d more problems", many-50) {
		t.Errorf("%d lines, the first %q, the last %q", len(lines), lines[0], lines[len(lines)-1])
	}
	d, err := Parse("x.yml", []byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	for i := range many / 10 { // each of them looks its line up
		d.Fault(At("items").Item(i%(many/4)).Child("size"), "bad")
	}
}

// A few lines can stand for millions of values; they must not be followed for long.
func TestBombs(t *testing.T) {
	type nested struct {
		Lists [][]string `yaml:"lists"`
	}
	text := "lists:\n  - &l [a" + strings.Repeat(", b", 3000) + "]\n" + strings.Repeat("  - *l\n", 3000)
	d, err := Parse("x.yml", []byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	d.Decode(new(nested))
	if err := d.Err(); err == nil || err.Error() != "x.yml: aliases make the file too large; write fewer of them" {
		t.Errorf("aliases: %.200v", err)
	}

	text = "items:\n  - &m0 {name: a}\n"
	for i := range 60 { // each merges the one before twice
		text += fmt.Sprintf("  - &m%d {<<: [*m%d, *m%d]}\n", i+1, i, i)
	}
	v, err := decodeSample(text)
	if err != nil || v.Items[60].Name != "a" {
		t.Errorf("merges: %v, %v", v.Items, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		"text: a\nflag: True\nnumber: 1\nshare: .nan\nwait: 1d\npattern: '^a'\ntexts: [a]\nnames: {a: b}\nmode: exec\nitems: [a, {name: b}]",
		"items: [&a {name: a, <<: *a}, {<<: [*a, {<<: *a}]}]", "<<: word", "text: !!binary aa==", "? [a]\n: b", "text: *a", "a: &a [*a]", "\xef\xbb\xbf- a", "---\n---\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := decodeSample(text)
		if err == nil {
			return
		}
		for _, p := range err.(Problems) {
			if line := p.String(); strings.ContainsAny(line, "\n\r") || p.Text == "" || p.Line < 0 {
				t.Errorf("bad problem %q", line)
			}
		}
	})
}
