package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/device"
	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/parser"
)

// explainer writes down each poll as it ends: the session, where the time went, and what found the facts.
type explainer struct {
	mu  sync.Mutex
	out io.Writer
}

func (e *explainer) explain(r device.Report) {
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Fprint(e.out, explanation(r))
}

func explanation(r device.Report) string {
	var b strings.Builder
	platform := r.Device.Platform
	if r.Platform != nil {
		platform = r.Platform.ID + " (" + r.Platform.Origin + ")"
	}
	fmt.Fprintf(&b, "%s at %s, platform %s, %s\n", r.Device.Name, r.Device.Address, platform, r.Took.Round(time.Millisecond))
	if r.Transcript.Server != "" {
		fmt.Fprintf(&b, "  server %q, prompt %q\n", r.Transcript.Server, r.Transcript.Prompt)
	}
	for _, p := range r.Transcript.Phases {
		fmt.Fprintf(&b, "  %-10s %8.1f ms", p.Name, float64(p.Duration)/float64(time.Millisecond))
		if p.Command != "" {
			fmt.Fprintf(&b, "  %s", p.Command)
		}
		if p.Failed {
			fmt.Fprint(&b, "  failed")
		}
		fmt.Fprintln(&b)
	}
	for _, event := range r.Transcript.Log {
		arrow := '<'
		if event.Sent {
			arrow = '>'
		}
		for line := range strings.Lines(event.Text) {
			fmt.Fprintf(&b, "  %9.3f %c %q\n", event.At.Seconds(), arrow, line)
		}
	}
	writeMatches(&b, r.Matches)
	if r.Err != nil {
		fmt.Fprintf(&b, "  failed (%s): %v\n", failure.Of(r.Err), r.Err)
	}
	return b.String() + "\n"
}

// writeMatches tells which pattern found which fact where.
func writeMatches(w io.Writer, matches []parser.Match) {
	for _, m := range matches {
		fmt.Fprintf(w, "  %-10s = %q  from %q line %d by %s", m.Fact, m.Value, m.Command, m.Line, m.Pattern)
		if m.Problem != "" {
			fmt.Fprintf(w, "  not used: %s", m.Problem)
		}
		fmt.Fprintln(w)
	}
}
