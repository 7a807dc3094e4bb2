package cluster

import "time"

// Gap is a time in which devices were polled by no replica.
type Gap struct {
	Earliest, Latest time.Time // it began between them
}

// widen has a gap begin between two times, if it does not do so already. The zero value takes them as they are.
func (g *Gap) widen(earliest, latest time.Time) {
	if g.Earliest.IsZero() || earliest.Before(g.Earliest) {
		g.Earliest = earliest
	}
	if latest.After(g.Latest) {
		g.Latest = latest
	}
}

// change takes in that other members live now than before.
func (r *Replica) change(next view, now time.Time) {
	if crashed := r.crashed(r.seen, next); crashed != nil {
		r.lost = append(r.lost, crashed...)
		// Its lease was renewed a period before the crash, or later. The coordinator takes its time to notice that it has ended, for which there is the debounce.
		r.gap.widen(now.Add(-r.TTL-r.debounce()), now.Add(-r.TTL+r.period()))
	}
	r.seen, r.since = next, now
	if r.settled && r.seen.id == r.target.id { // it is back
		r.lost, r.gap = nil, Gap{}
	}
}
