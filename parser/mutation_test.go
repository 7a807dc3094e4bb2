package parser

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/netver/netver_exporter/terminal"
)

// mutations are what releases, terminals and people do to an answer. floor is the part of the facts that has to survive; one
// that does not must be absent, never wrong.
var mutations = []struct {
	name  string
	floor float64
	apply func(p *Platform, s *Sample, o Output) Output
	more  bool // members, and what is a list over all of them, are more than before
}{
	{"CRLF", 1, text(func(t string) string { return strings.ReplaceAll(t, "\n", "\r\n") }), false},
	{"blanks at the end of lines", 1, text(func(t string) string { return strings.ReplaceAll(t, "\n", "   \n") }), false},
	{"every line indented", 0.99, eachLine(func(n int, line string) string { return "    " + line }), false},
	{"all lines but the first indented", 0.97, eachLine(func(n int, line string) string { return indented[n > 0] + line }), false},
	{"blank lines in between", 0.97, text(func(t string) string { return strings.ReplaceAll(t, "\n", "\n\n") }), false},
	{"dots for colons", 0.85, eachLine(func(_ int, line string) string { return colon.ReplaceAllString(line, "$1$2........ $3") }), false},
	{"blanks for colons", 0.85, eachLine(func(_ int, line string) string { return colon.ReplaceAllString(line, "$1$2        $3") }), false},
	{"colons for dots", 0.95, eachLine(func(_ int, line string) string { return dots.ReplaceAllString(line, "$1: $2") }), false},
	{"a log line in between", 0.95, eachLine(func(n int, line string) string { return logged[n%5 == 3] + line }), false},
	{"a log line ahead", 0.99, text(func(t string) string { return logged[true] + t }), false},
	{"what a shell prints at every login ahead", 0.97, text(func(t string) string { return "Authorised use only.\nHave a nice day\n" + t }), false},
	{"prompt and command around", 1, func(_ *Platform, s *Sample, o Output) Output {
		o.Text = s.Talk.Prompt + o.Command + "\n" + strings.TrimSuffix(o.Text, "\n") + "\n" + s.Talk.Prompt
		return o
	}, false},
	{"another member's section behind", 0.99, func(_ *Platform, _ *Sample, o Output) Output {
		if strings.Count(o.Text, "\n") > 2 {
			o.Text += "\nfpc9:\n----------\n" + another(o.Text)
		}
		return o
	}, true},
	{"another member's section ahead, the own one named", 1, func(p *Platform, _ *Sample, o Output) Output {
		if p.sections != nil && !p.sections.begin.re.MatchString(firstLineOf(o.Text)) {
			o.Text = "fpc9:\n----------\n" + another(o.Text) + "\nfpc8:\n----------\n" + o.Text
			o.Prompt = "{master:8}\nlab>"
		}
		return o
	}, true},
}

var (
	indented = map[bool]string{true: "        "}
	logged   = map[bool]string{true: "*Mar  1 18:46:11.002: %SYS-5-CONFIG_I: Configured from console by lab on vty0 (192.0.2.9)\n"}
	colon    = regexp.MustCompile(`^( *)([A-Za-z][\w /#\-]*?) *: +((?:[^:]|\d:\d)+)$`) // not "PID: … , SN: …", which is no field
	dots     = regexp.MustCompile(`^( *[A-Za-z][\w /#\-]*?)\.{2,} +(\S.*)$`)
	figures  = regexp.MustCompile(`\d{2,}`)
)

func text(change func(string) string) func(*Platform, *Sample, Output) Output {
	return func(_ *Platform, _ *Sample, o Output) Output {
		o.Text = change(o.Text)
		return o
	}
}

func eachLine(change func(n int, line string) string) func(*Platform, *Sample, Output) Output {
	return text(func(t string) string {
		lines := strings.Split(strings.TrimSuffix(t, "\n"), "\n")
		for n := range lines {
			if lines[n] != "" {
				lines[n] = change(n, lines[n])
			}
		}
		return strings.Join(lines, "\n") + "\n"
	})
}

// another is what a member with other figures would print.
func another(text string) string {
	return figures.ReplaceAllStringFunc(text, func(run string) string {
		return strings.Map(func(digit rune) rune { return '0' + ('9'-digit+1)%10 }, run)
	})
}

// TestMutations reads every sample after each of the mutations. Its table says which facts survive.
func TestMutations(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	registry := builtIns(t)
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "mutation\tfacts\tsurvive\tabsent\twrong\t")
	for _, m := range mutations {
		facts, kept, wrong := 0, 0, 0
		for _, s := range samples {
			p, _ := registry.Get(s.Platform)
			before, _ := p.Parse(s.Answers)
			var mutated []Output
			for _, a := range s.Answers {
				mutated = append(mutated, m.apply(p, &s, a))
			}
			after, _ := p.Parse(mutated)
			want, got := shownFacts(before.Facts), shownFacts(after.Facts)
			for name, value := range want {
				facts++
				switch got[name] {
				case value:
					kept++
				case "":
					if testing.Verbose() {
						t.Logf("%s: %s/%s: %s is absent", m.name, s.Platform, s.Name, name)
					}
				}
			}
			for name, value := range got {
				more := m.more && strings.HasPrefix(value, want[name]) && (name == "patch" || strings.HasPrefix(name, "member "))
				if want[name] != value && !more {
					wrong++
					t.Errorf("%s: %s/%s: %s is %q, want %q", m.name, s.Platform, s.Name, name, value, want[name])
				}
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t\n", m.name, facts, kept, facts-kept-wrong, wrong)
		if float64(kept) < m.floor*float64(facts) {
			t.Errorf("%s: %d of %d facts survive, want %g", m.name, kept, facts, m.floor)
		}
	}
	_ = table.Flush()
	t.Log("\n" + b.String())
}

func shownFacts(f Facts) map[string]string {
	shown := map[string]string{"version": f.Version, "model": f.Model, "serial": f.Serial, "hostname": f.Hostname}
	if f.Uptime != nil {
		shown["uptime"] = f.Uptime.Age.String()
	}
	if !f.BootTime.IsZero() {
		shown["boot_time"] = f.BootTime.String()
	}
	shown["patch"], shown["reload_reason"], shown["next_boot"] = f.Patch, f.ReloadReason, f.NextBoot
	if f.NextBootDiffers != nil {
		shown["next_boot_differs"] = fmt.Sprint(*f.NextBootDiffers)
	}
	for _, m := range f.Members {
		for field, value := range map[string]string{"role": m.Role, "model": m.Model, "serial": m.Serial, "version": m.Version} {
			shown["member "+m.Name+" "+field] = value
		}
	}
	for name, value := range shown {
		if value == "" {
			delete(shown, name)
		}
	}
	return shown
}

// TestPromptMutations does to every prompt what terminals and configurations do.
func TestPromptMutations(t *testing.T) {
	samples, err := Samples()
	if err != nil {
		t.Fatal(err)
	}
	registry := builtIns(t)
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "mutation of the prompt\tprompts\trecognised\t")
	for _, m := range []struct {
		name  string
		floor float64
		apply func(prompt string) string
	}{
		{"as it is", 1, func(p string) string { return p }},
		{"a blank ahead", 1, func(p string) string { return " " + p }},
		{"no blank behind", 1, func(p string) string { return strings.TrimRight(p, " ") }},
		{"two blanks behind", 1, func(p string) string { return strings.TrimRight(p, " ") + "  " }},
		{"a second sign", 0.6, func(p string) string { p = strings.TrimRight(p, " "); return p + p[len(p)-1:] }},
		{"a terminal's remnant", 1, func(p string) string { return "[24;1H" + p }},
		{"colours", 1, func(p string) string { return "\x1b[1;32m" + p + "\x1b[0m" }},
		{"drawn twice", 1, func(p string) string { return p + "\r" + p }},
		{"erased and drawn again", 1, func(p string) string { return p + "\r\x1b[K" + p }},
		{"behind a log line", 1, func(p string) string { return p + "\r\n" + logged[true] + p }},
	} {
		prompts, kept := 0, 0
		for _, s := range samples {
			p, _ := registry.Get(s.Platform)
			if s.Talk.Prompt == "" {
				continue
			}
			prompts++
			shown := terminal.Clean(m.apply(s.Talk.Prompt))
			line := strings.TrimRight(shown[strings.LastIndexByte(shown, '\n')+1:], " ")
			if matchesAny(p.Session.Prompt, line) || matchesAny(p.Session.Prompt, line+" ") {
				kept++
			} else if m.floor == 1 {
				t.Errorf("%s: %s/%s: %q is no prompt", m.name, s.Platform, s.Name, line)
			}
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t\n", m.name, prompts, kept)
		if float64(kept) < m.floor*float64(prompts) {
			t.Errorf("%s: %d of %d prompts are recognised, want %g", m.name, kept, prompts, m.floor)
		}
	}
	_ = table.Flush()
	t.Log("\n" + b.String())
}

func firstLineOf(text string) string {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	return first
}
