package version

import (
	"fmt"
	"time"
)

// Explanation says what becomes of one rule for a device.
type Explanation struct {
	Rule  string // its name
	Holds bool
	Why   string // why it does not hold, or what it wants
}

// Explain says of every rule, in order, whether it holds for a device at a time, and why not.
func (p *Policy) Explain(d Device, now time.Time) []Explanation {
	all := make([]Explanation, len(p.Rules))
	var holds *Rule
	for i := range p.Rules {
		r := &p.Rules[i]
		all[i].Rule = r.Name
		key := r.Match.mismatch(d)
		switch {
		case key != "" && d.field(key) == "":
			all[i].Why = fmt.Sprintf("does not match: the %s is not known", key)
		case key != "":
			all[i].Why = fmt.Sprintf("does not match: %s is %s", key, d.field(key))
		case r.over(now):
			all[i].Why = "ended on " + r.Until.Format(time.DateOnly)
		case r.ahead(now):
			all[i].Why = "is planned from " + r.From.Format(time.DateOnly)
		case holds != nil:
			all[i].Why = "comes after rule " + holds.Name
		default:
			holds = r
			all[i].Holds, all[i].Why = true, "wants "+r.wants()
		}
	}
	return all
}
