package pages

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
)

// columned writes lines whose cells, parted by tabs, stand below each other.
func columned(b *bytes.Buffer, write func(w *tabwriter.Writer)) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	write(w)
	_ = w.Flush() // a buffer takes everything
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
		fmt.Fprintf(b, "%s %s", number(c.N), strings.ToLower(c.Text))
	}
	if len(counts) > 0 {
		b.WriteByte('\n')
	}
}

func (o *overview) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s, as of %s\n", o.Title, stamp(o.At))
	writeCounts(b, o.States)
	writeCounts(b, o.Verdicts)
	b.WriteByte('\n')
	if o.Found == 0 {
		fmt.Fprintln(b, o.Calm)
	}
	columned(b, func(w *tabwriter.Writer) {
		for _, f := range o.Findings {
			fmt.Fprintf(w, "! %s\t%s\n", f.Kind, textOf(f.Words))
		}
		if o.More > 0 {
			fmt.Fprintf(w, "\tand %d more\n", o.More)
		}
		if len(o.Changes) > 0 {
			fmt.Fprintf(w, "Last hour\t%s\n", textOf(o.Changes))
		}
	})
	b.WriteByte('\n')
	for _, c := range o.Active {
		if !c.Clear {
			fmt.Fprintln(b, c.Text)
		}
	}
	if o.Empty != nil {
		fmt.Fprintln(b, o.Empty.Title, strings.TrimSpace(textOf(o.Empty.Words)))
		return
	}
	columned(b, func(w *tabwriter.Writer) {
		for _, c := range o.Columns {
			fmt.Fprintf(w, "%s\t", strings.ToUpper(c.Text))
		}
		fmt.Fprintln(w, "WHY")
		for i := range o.Rows {
			r := &o.Rows[i]
			version := strings.TrimSpace(r.Version + " " + r.Badge)
			platform := strings.TrimSpace(r.Platform + " " + r.Model)
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.State, r.Name, r.Labels, platform, version, r.Uptime, r.Polled, r.Took, strings.TrimSpace(r.Reason+" "+r.Message))
		}
	})
	fmt.Fprintln(b, o.Pager.Text)
	if o.Pager.Next != "" {
		fmt.Fprintf(b, "next: /%s\n", o.Pager.Next)
	}
}

func (d *device) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s: %s %s, as of %s\n", d.Name, d.State, d.For, stamp(d.At))
	var about []string
	for _, l := range d.About[:len(d.About)-1] { // without the link to the JSON
		about = append(about, l.Text)
	}
	fmt.Fprintln(b, strings.Join(about, ", "))
	if d.Notice != "" {
		fmt.Fprintln(b, d.Notice)
	}
	if f := d.Failure; f != nil {
		fmt.Fprintf(b, "\n%s", f.Reason)
		if f.Where != "" {
			fmt.Fprintf(b, " in %s", f.Where)
		}
		fmt.Fprintf(b, ", %s. %s\n%s\n", f.At.Text, f.Next, f.Message)
	}
	if v := d.Version; v != nil {
		fmt.Fprintf(b, "\nVersion %s %s\n", v.Name, v.Badge)
		for _, line := range append([]string{v.AsOf, textOf(v.Said), v.EOL}, v.Warnings...) {
			if line != "" {
				fmt.Fprintln(b, line)
			}
		}
	}
	b.WriteByte('\n')
	columned(b, func(w *tabwriter.Writer) {
		for _, f := range d.Facts {
			fmt.Fprintf(w, "%s\t%s\n", f.Name, f.Text)
		}
	})
	section := func(title string, write func(w *tabwriter.Writer)) {
		fmt.Fprintf(b, "\n%s\n", title)
		columned(b, write)
	}
	if len(d.History) > 0 {
		section("History", func(w *tabwriter.Writer) {
			for _, e := range d.History {
				fmt.Fprintf(w, "%s\t%s%s\n", e.Full, e.What, e.Bold)
			}
		})
	}
	if len(d.Polls) > 0 {
		section("Last polls", func(w *tabwriter.Writer) {
			for _, p := range d.Polls {
				result := "up"
				if p.Reason != "" {
					result = p.Reason
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Text, result, p.Took, p.Phases)
			}
		})
	}
	if s := d.Session; s != nil {
		fmt.Fprintf(b, "\nSession of the last failure, %s UTC\n", s.At)
		for _, l := range s.Lines {
			fmt.Fprintf(b, "%9s %s %s\n", l.At, l.Arrow, l.Text)
		}
		fmt.Fprintln(b, s.Stop)
	}
	if d.Members != nil {
		section("Members", func(w *tabwriter.Writer) {
			for _, m := range d.Members.All {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Name, m.Role, m.Model, m.Serial, m.Version)
			}
		})
	}
}

func (n *notFound) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "no device %q in the inventory\n", n.Name)
	for i, l := range n.Near {
		if i == 0 {
			fmt.Fprint(b, "did you mean ")
		} else {
			fmt.Fprint(b, ", ")
		}
		fmt.Fprint(b, l.Text)
	}
	if len(n.Near) > 0 {
		fmt.Fprintln(b, "?")
	}
}

func (p *versions) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s, as of %s\n", p.Sum, stamp(p.At))
	writeCounts(b, p.Verdicts)
	for _, r := range p.Matrix {
		fmt.Fprintf(b, "\n%s, %s\n", r.Name, r.Devices)
		columned(b, func(w *tabwriter.Writer) {
			for _, c := range r.Cells {
				fmt.Fprintf(w, "  %s\t%s\t%s\n", c.Text, c.Devices, c.Word)
			}
			if r.More != "" {
				fmt.Fprintf(w, "  %s\t%s\n", r.More, r.MoreCount)
			}
		})
	}
	section := func(title string, n int, line func(i int) string) {
		if n == 0 {
			return
		}
		fmt.Fprintf(b, "\n%s\n", title)
		columned(b, func(w *tabwriter.Writer) {
			for i := range n {
				fmt.Fprintln(w, "  "+line(i))
			}
		})
	}
	section("Denied", len(p.Denied), func(i int) string {
		d := p.Denied[i]
		return strings.Join([]string{d.Advisory, d.Severity, d.Version, d.Devices}, "\t")
	})
	section("Rules and waves", len(p.Rules), func(i int) string {
		r := p.Rules[i]
		return strings.Join([]string{r.Name, r.When, r.Match, "wants " + r.Wants, r.Sum, r.Left, r.Until}, "\t")
	})
	section("End of life", len(p.Ends), func(i int) string {
		e := p.Ends[i]
		return strings.Join([]string{e.Release, e.Devices, e.Text}, "\t")
	})
}
