package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/poll"
)

// explainer writes down each poll as it ends: the session, where the time went, and what found the facts.
type explainer struct {
	next poll.Poller
	mu   sync.Mutex
	out  io.Writer
}

// Poll polls the device and explains the outcome.
func (e *explainer) Poll(ctx context.Context, d *inventory.Device) poll.Outcome {
	start := time.Now()
	outcome := e.next.Poll(ctx, d)
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Fprint(e.out, explanation(d, outcome, time.Since(start)))
	return outcome
}

func explanation(d *inventory.Device, o poll.Outcome, took time.Duration) string {
	var b strings.Builder
	platform := d.Platform
	if o.Platform != nil {
		platform = o.Platform.ID + " (" + o.Platform.Origin + ")"
	}
	fmt.Fprintf(&b, "%s at %s, platform %s, %s\n", d.Name, d.Address, platform, took.Round(time.Millisecond))
	if o.Transcript.Server != "" {
		fmt.Fprintf(&b, "  server %q, prompt %q\n", o.Transcript.Server, o.Transcript.Prompt)
	}
	for _, p := range o.Transcript.Phases {
		fmt.Fprintf(&b, "  %-10s %8.1f ms\n", p.Name, float64(p.Duration)/float64(time.Millisecond))
	}
	for _, event := range o.Transcript.Log {
		arrow := '<'
		if event.Sent {
			arrow = '>'
		}
		for line := range strings.Lines(event.Text) {
			fmt.Fprintf(&b, "  %9.3f %c %q\n", event.At.Seconds(), arrow, line)
		}
	}
	for _, m := range o.Matches {
		fmt.Fprintf(&b, "  %-10s = %q  from %q line %d by %s", m.Fact, m.Value, m.Command, m.Line, m.Pattern)
		if m.Problem != "" {
			fmt.Fprintf(&b, "  not used: %s", m.Problem)
		}
		b.WriteByte('\n')
	}
	if o.Err != nil {
		fmt.Fprintf(&b, "  failed (%s): %v\n", poll.ReasonOf(o.Err), o.Err)
	}
	return b.String() + "\n"
}
