package pages

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/netver/netver_exporter/terminal"
)

// columned writes lines whose cells, parted by tabs, stand below each other.
func columned(b *bytes.Buffer, write func(w io.Writer)) {
	var lines bytes.Buffer
	w := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	write(w)
	_ = w.Flush() // a buffer takes everything
	for line := range bytes.Lines(lines.Bytes()) {
		b.Write(append(bytes.TrimRight(line, " \n"), '\n'))
	}
}

// say is fmt.Fprintf, but a text among what is said cannot leave its line or its column, nor command the terminal.
func say(w io.Writer, format string, said ...any) {
	for i, one := range said {
		if text, ok := one.(string); ok {
			said[i] = terminal.Line(text)
		}
	}
	_, _ = fmt.Fprintf(w, format, said...) // a buffer takes everything
}

// mostLabels is how many characters the column of labels has at most: one long label would push all behind it out of sight.
const mostLabels = 40

func cut(text string) string {
	if characters := []rune(text); len(characters) > mostLabels {
		return string(characters[:mostLabels-1]) + "…"
	}
	return text
}

func textOf(links []link) string {
	var b strings.Builder
	for _, l := range links {
		b.WriteString(l.Text)
	}
	return b.String()
}

func writeCounts(b *bytes.Buffer, counts []count) {
	for i, c := range counts {
		if i > 0 {
			b.WriteString(", ")
		}
		say(b, "%s %s", number(c.N), strings.ToLower(c.Text))
	}
	if len(counts) > 0 {
		b.WriteByte('\n')
	}
}

// title is the first line of a text, and says below which devices are missing.
func (f *frame) title(b *bytes.Buffer, format string, said ...any) {
	say(b, format+"\n", said...)
	if f.Missing != "" {
		say(b, "%s\n", f.Missing)
	}
}

func (o *overview) text(b *bytes.Buffer) {
	o.title(b, "%s, as of %s", o.Title, stamp(o.At))
	writeCounts(b, o.States)
	writeCounts(b, o.Verdicts)
	b.WriteByte('\n')
	if o.Found == 0 {
		say(b, "%s\n", o.Calm)
	}
	columned(b, func(w io.Writer) {
		for _, f := range o.Findings {
			say(w, "! %s\t%s\n", f.Kind, textOf(f.Words))
		}
		if o.More > 0 {
			say(w, "\tand %d more\n", o.More)
		}
		if len(o.Changes) > 0 {
			say(w, "Last hour\t%s\n", textOf(o.Changes))
		}
	})
	b.WriteByte('\n')
	if o.Problems != "" {
		say(b, "%s\n", o.Problems)
	}
	for _, c := range o.Active {
		if !c.Clear {
			say(b, "%s\n", c.Text)
		}
	}
	if o.Empty != nil {
		say(b, "%s %s\n", o.Empty.Title, strings.TrimSpace(textOf(o.Empty.Words)))
		return
	}
	columned(b, func(w io.Writer) {
		for _, c := range o.Columns {
			say(w, "%s\t", cut(strings.ToUpper(c.Text)))
		}
		say(w, "WHY\n")
		for i := range o.Rows {
			r := &o.Rows[i]
			version := strings.TrimSpace(r.Version + " " + r.Badge)
			platform := strings.TrimSpace(r.Platform + " " + r.Model)
			say(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.State, r.Name, cut(r.Labels), platform, version, r.Uptime, r.Polled, r.Took, why(r))
		}
	})
	say(b, "%s\n", o.Pager.Text)
	if o.Pager.Next != "" {
		say(b, "next: /%s\n", o.Pager.Next)
	}
}

// why is empty for a device that is up.
func why(r *row) string {
	if r.Reason == "" {
		return r.Message
	}
	return r.Reason + ": " + r.Message
}

func (d *device) text(b *bytes.Buffer) {
	d.title(b, "%s: %s, as of %s", d.Name, strings.TrimSpace(d.State+" "+d.For), stamp(d.At))
	var about []string
	for _, l := range d.About[:len(d.About)-1] { // without the link to the JSON
		about = append(about, l.Text)
	}
	say(b, "%s\n", strings.Join(about, ", "))
	if d.Problems != "" {
		say(b, "%s\n", d.Problems)
	}
	if d.Notice != "" {
		say(b, "%s\n", d.Notice)
	}
	if d.Failure != nil {
		d.Failure.text(b)
	}
	if d.Version != nil {
		d.Version.text(b)
	}
	b.WriteByte('\n')
	columned(b, func(w io.Writer) {
		for _, f := range d.Facts {
			say(w, "%s\t%s\n", f.Name, f.Text)
		}
	})
	section := func(title string, write func(w io.Writer)) {
		say(b, "\n%s\n", title)
		columned(b, write)
	}
	if len(d.History) > 0 {
		section("History", func(w io.Writer) {
			for _, e := range d.History {
				say(w, "%s\t%s%s\n", e.Full, e.What, e.Bold)
			}
		})
	}
	if len(d.Polls) > 0 {
		section("Last polls", func(w io.Writer) {
			for _, p := range d.Polls {
				result := "up"
				if p.Reason != "" {
					result = p.Reason
				}
				say(w, "%s\t%s\t%s\t%s\n", p.Text, result, p.Took, p.Phases)
			}
		})
	}
	if d.Session != nil {
		d.Session.text(b)
	}
	if d.Members != nil {
		section("Members", func(w io.Writer) {
			for _, m := range d.Members.All {
				say(w, "%s\t%s\t%s\t%s\t%s\n", m.Name, m.Role, m.Model, m.Serial, m.Version)
			}
		})
	}
}

func (f *failed) text(b *bytes.Buffer) {
	say(b, "\n%s", f.Reason)
	if f.Where != "" {
		say(b, " in %s", f.Where)
	}
	say(b, ", %s. %s\n%s\n", f.At.Text, f.Next, f.Message)
}

func (v *versionBox) text(b *bytes.Buffer) {
	say(b, "\nVersion %s %s\n", v.Name, v.Badge)
	for _, line := range append([]string{v.AsOf, textOf(v.Said), v.EOL}, v.Warnings...) {
		if line != "" {
			say(b, "%s\n", line)
		}
	}
}

func (s *session) text(b *bytes.Buffer) {
	say(b, "\nSession of the last failure, %s UTC\n", s.At)
	for _, l := range s.Lines {
		fmt.Fprintf(b, "%9s %s %s\n", l.At, l.Arrow, l.Text) // what cannot be seen is written out in it
	}
	say(b, "%s\n", s.Stop)
}

func (n *notFound) text(b *bytes.Buffer) {
	if n.Elsewhere != "" {
		say(b, "no device %q here: %s\n", n.Name, n.Elsewhere)
		return
	}
	n.title(b, "no device %q in the inventory", n.Name)
	for i, l := range n.Near {
		if i == 0 {
			say(b, "did you mean ")
		} else {
			say(b, ", ")
		}
		say(b, "%s", l.Text)
	}
	if len(n.Near) > 0 {
		say(b, "?\n")
	}
}

func (p *versions) text(b *bytes.Buffer) {
	p.title(b, "%s, as of %s", p.Sum, stamp(p.At))
	writeCounts(b, p.Verdicts)
	if p.Problems != "" {
		say(b, "%s\n", p.Problems)
	}
	if p.Only != "" && len(p.Matrix) == 0 {
		say(b, "No device of %s is listed.\n", p.Only)
	}
	for _, r := range p.Matrix {
		say(b, "\n%s, %s\n", r.Name, r.Devices)
		columned(b, func(w io.Writer) {
			for _, c := range r.Cells {
				say(w, "  %s\t%s\t%s\n", c.Text, c.Devices, c.Word)
			}
			if r.More != "" {
				say(w, "  %s\t%s\n", r.More, r.MoreCount)
			}
		})
	}
	section := func(title string, n int, cells func(i int) []string) {
		if n == 0 {
			return
		}
		say(b, "\n%s\n", title)
		columned(b, func(w io.Writer) {
			for i := range n {
				line := cells(i)
				for j := range line {
					line[j] = terminal.Line(line[j])
				}
				_, _ = fmt.Fprintf(w, "  %s\n", strings.Join(line, "\t"))
			}
		})
	}
	section("Denied", len(p.Denied), func(i int) []string {
		d := p.Denied[i]
		return []string{d.Advisory, d.Severity, d.Version, d.Devices}
	})
	section("Rules and waves", len(p.Rules), func(i int) []string {
		r := p.Rules[i]
		return []string{r.Name, r.When, r.Match, "wants " + r.Wants, r.Sum, r.Left, r.Until}
	})
	section("End of life", len(p.Ends), func(i int) []string {
		e := p.Ends[i]
		return []string{e.Release, e.Devices, e.Text}
	})
}
