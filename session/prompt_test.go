package session

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/terminal"
)

func TestSamePrompt(t *testing.T) {
	for _, tt := range []struct {
		line, prompt string
		want         bool
	}{
		{"lab-sw-1#", "lab-sw-1#", true},
		{"lab-sw-1>", "lab-sw-1#", false},
		{"lab-sw-1(config)#", "lab-sw-1#", false},
		{"* lab.10 #", "lab.9 #", true},
		{"*A:lab#", "A:lab#", true},
		{"lab*>", "lab>", true},
		{"lab-sw-1# show version", "lab-sw-1#", false},
		{"", "lab#", false},
		{"", "", false},
		{">", ">", true},
		{"x>", ">", false},
		{"#A:lab#", "A:lab#", true},
		{"A:lab#", "#A:lab#", true},
		{"#", "#", true},
		{"##", "#", false},
		{"###", "lab#", false},
	} {
		if got := samePrompt([]byte(tt.line), tt.prompt); got != tt.want {
			t.Errorf("%q, learned %q: %v", tt.line, tt.prompt, got)
		}
	}
}

func TestCutEcho(t *testing.T) {
	long := "show interfaces description | include administratively"
	for _, tt := range []struct {
		name, text, command, want string
		found                     bool
	}{
		{"alone", "show version\nVersion 1\n", "show version", "Version 1\n", true},
		{"behind the prompt", "lab# show version\nVersion 1\n", "show version", "Version 1\n", true},
		{"repeated", "show version\nlab#show version\nVersion 1\n", "show version", "Version 1\n", true},
		{"below remains", "\nlab#\nlab#show version\nVersion 1\n", "show version", "Version 1\n", true},
		{"none", "Version 1\n", "show version", "Version 1\n", false},
		{"in a sentence", "Output of show version\nVersion 1\n", "show version", "Output of show version\nVersion 1\n", false},
		{"far down", strings.Repeat("x\n", 20) + "show version\n", "show version", strings.Repeat("x\n", 20) + "show version\n", false},
		{"wrapped", "lab#" + long[:20] + "\n" + long[20:] + "\nVersion 1\n", long, "Version 1\n", true},
		{"blanks doubled", "show  version \nVersion 1\n", "show version", "Version 1\n", true},
		{"nothing else", "show version", "show version", "", true},
		{"no command", "Version 1\n", "", "Version 1\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, found := cutEcho(tt.text, tt.command, "lab#")
			if diff := cmp.Diff(tt.want, got); diff != "" || found != tt.found {
				t.Errorf("found %v, -want +got\n%s", found, diff)
			}
		})
	}
}

func TestLikePrompt(t *testing.T) {
	patterns := []*regexp.Regexp{regexp.MustCompile(`^[\w.\-]{1,64}[>#] ?$`)}
	for line, want := range map[string]bool{
		"lab#": true, "lab>#": true, "lab>>": true, "[12:01:02] lab#": true, "12:01:02.123 lab#": true, "lab 12:01:02#": true, "lab[12:01:02]#": true,
		"": false, "#": false, "##": false, "###": false, "lab>>>": false, "12:01:02": false, "Thu Nov 26 12:01:02 2026": false, "a lab#": false, "lab#$#": false,
	} {
		if got := likePrompt(patterns, line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestCutRemains(t *testing.T) {
	const command = "cat /sys/class/dmi/id/product_name"
	for text, want := range map[string]string{
		"id/product_name\nModel 1\n":                           "Model 1\n",
		"e\nModel 1\n":                                         "Model 1\n",
		"lab# $class/dmi/id/product_name\nModel 1\n":           "Model 1\n",
		"\nCAT /SYS/CLASS/DMI/ID/PRODUCT_NAME\nModel 1\n":      "Model 1\n",
		"[12:01:02] lab#cat /sys/class/dmi/id/product_name\nM": "M",
		"**********************************\nModel 1\n":        "Model 1\n",
		"Model 1\n":  "Model 1\n",
		"*\nModel\n": "*\nModel\n",
		"":           "",
	} {
		if got := cutRemains(text, command); got != want {
			t.Errorf("%q is left of %q, want %q", got, text, want)
		}
	}
}

func TestCutContext(t *testing.T) {
	context := []*regexp.Regexp{regexp.MustCompile(`^\{master:\d\}$`), regexp.MustCompile(`^\[edit\]$`)}
	for text, want := range map[string]string{
		"":                                  "",
		"a\nb\n\n{master:0}\n":              "a\nb",
		"a\n{master:0}\nb\n":                "a\n{master:0}\nb",
		"a\n\n{master:0}\n\n[edit]\n\n":     "a",
		"{master:0}\n":                      "",
		"a\n{master:0}\n" + "x{master:0}\n": "a\n{master:0}\nx{master:0}",
	} {
		if diff := cmp.Diff(want, cutContext(text, context)); diff != "" {
			t.Errorf("%q: -want +got\n%s", text, diff)
		}
	}
}

// What is left of an answer is a part of it, whatever the device printed, and nothing is left of a second cut.
func FuzzCut(f *testing.F) {
	f.Add("lab#show version\r\nVersion 1\r\n\r\n{master:0}\r\n", "show version", "lab#")
	f.Add("show\x08\x08\x1b[K version\r\n", "show version", "> ")
	f.Fuzz(func(t *testing.T, raw, command, prompt string) {
		text := terminal.Clean(raw)
		rest, found := cutEcho(text, command, prompt)
		if !strings.HasSuffix(text, rest) || !found && rest != text {
			t.Errorf("%q is left of %q", rest, text)
		}
		answer := cutContext(rest, []*regexp.Regexp{hostPrompt})
		if !strings.HasPrefix(rest, answer) || strings.HasSuffix(answer, "\n") {
			t.Errorf("%q is left of %q", answer, rest)
		}
		samePrompt([]byte(raw), prompt)
	})
}
