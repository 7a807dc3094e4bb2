package version

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule says what devices should run.
type Rule struct {
	Name        string
	Match       Match
	Want        []Spec // any of them; none: every version that is not denied
	Deny        []Deny
	From, Until time.Time // it judges from the one and until just before the other; zero: no bound
}

// Policy is all that versions are judged by. The zero value judges nothing. It is safe for concurrent use.
type Policy struct {
	Rules      []Rule // the first that matches a device and judges at the time holds
	Advisories []Deny
	Lifecycle  map[string][]Release // by platform
}

// Check says whether an order can compare with all that the rule names.
func (r *Rule) Check(o *Order) error {
	for _, w := range r.Want {
		if err := w.Check(o); err != nil {
			return err
		}
	}
	for _, d := range r.Deny {
		if err := d.Check(o); err != nil {
			return err
		}
	}
	return nil
}

// Verdict is what a Policy says of a device at a time.
type Verdict struct {
	Rule        string // the rule that judges; "": none
	Planned     string // the first rule that matches and will judge later than now; "": none
	Wanted      string // what Rule wants, as written
	Compliant   Answer // Unknown: no rule judges, the version is not known, or it cannot be compared
	Denied      []Denial
	Undecided   []Denial // entries that the version cannot be compared with
	Undecidable bool     // the version is known, and cannot be compared with those of the rule or of an entry
	EOL         *EOL     // nil: no lifecycle knows the version
	Why         string   // one sentence
}

// EOL is the end of life of the release that a device runs.
type EOL struct {
	Release string
	Time    time.Time // zero: it has come, and the date is not known
}

// Judge says what the policy says of a device. The order is that of the device's platform and may be nil.
func (p *Policy) Judge(d Device, o *Order, now time.Time) Verdict {
	var v Verdict
	rule := p.rule(d, now, &v)
	if d.Version == "" {
		v.Why = "the version is not known"
		return v
	}
	if r := o.Release(d.Version, p.Lifecycle[d.Platform]); r != nil {
		v.EOL = &EOL{r.Name, r.EOL}
	}
	byRule := No
	if rule != nil {
		byRule = v.deny(rule.Deny, d, o)
	}
	v.deny(p.Advisories, d, o)
	if rule != nil {
		v.judge(rule, byRule, d, o)
	} else if v.Why == "" {
		v.Why = "no rule matches"
	}
	return v
}

// rule returns the rule that judges, nil if there is none, and notes the planned one.
func (p *Policy) rule(d Device, now time.Time, v *Verdict) *Rule {
	for i := range p.Rules {
		r := &p.Rules[i]
		switch {
		case !r.Match.Matches(d), r.over(now):
		case r.ahead(now):
			if v.Planned == "" {
				v.Planned = r.Name
				v.Why = fmt.Sprintf("rule %s is planned from %s", r.Name, r.From.Format(time.DateOnly))
			}
		default:
			v.Rule = r.Name
			v.Wanted = r.wanted()
			return r
		}
	}
	return nil
}

func (r *Rule) over(now time.Time) bool { return !r.Until.IsZero() && !now.Before(r.Until) }

func (r *Rule) ahead(now time.Time) bool { return now.Before(r.From) }

// wants is wanted for a sentence.
func (r *Rule) wants() string { return cmp.Or(r.wanted(), "any version that it does not deny") }

func (r *Rule) wanted() string {
	texts := make([]string, len(r.Want))
	for i, w := range r.Want {
		texts[i] = w.String()
	}
	return strings.Join(texts, ", ")
}

// deny notes the entries that the device's version is denied by, and says whether there is one.
func (v *Verdict) deny(entries []Deny, d Device, o *Order) Answer {
	denied := No
	for _, e := range entries {
		if !e.Match.Matches(d) {
			continue
		}
		a := e.Denies(o, d.Version)
		switch a {
		case Yes:
			v.Denied = appendNew(v.Denied, Denial{e.Note, e.Severity})
		case Unknown:
			v.Undecided = appendNew(v.Undecided, Denial{e.Note, e.Severity})
			v.Undecidable = true
		}
		denied = denied.or(a)
	}
	return denied
}

// appendNew appends a denial unless it is there: one advisory may have several entries.
func appendNew(all []Denial, d Denial) []Denial {
	if slices.Contains(all, d) {
		return all
	}
	return append(all, d)
}

// judge says whether the version is what the rule wants. denied is what the rule's own entries say.
func (v *Verdict) judge(r *Rule, denied Answer, d Device, o *Order) {
	wanted := answer(len(r.Want) == 0)
	for _, w := range r.Want {
		wanted = wanted.or(w.Meets(o, d.Version))
	}
	switch {
	case denied == Yes:
		v.Compliant, v.Why = No, fmt.Sprintf("rule %s denies %s: %s", r.Name, d.Version, v.Denied[0].Note)
	case wanted == No:
		v.Compliant, v.Why = No, fmt.Sprintf("rule %s wants %s", r.Name, v.Wanted)
	case wanted == Unknown:
		v.Undecidable = true
		v.Why = fmt.Sprintf("%s cannot be compared with what rule %s wants: %s", d.Version, r.Name, v.Wanted)
	case denied == Unknown:
		v.Why = fmt.Sprintf("%s cannot be compared with a version that rule %s denies: %s", d.Version, r.Name, v.Undecided[0].Note)
	default:
		v.Compliant, v.Why = Yes, fmt.Sprintf("rule %s wants %s", r.Name, r.wants())
	}
}

// GoesBy reports whether a rule or an advisory matches by the key.
func (p *Policy) GoesBy(key string) bool {
	by := func(m Match) bool {
		return slices.ContainsFunc(m.conditions, func(c condition) bool { return c.key == key })
	}
	denies := func(d Deny) bool { return by(d.Match) }
	return slices.ContainsFunc(p.Advisories, denies) ||
		slices.ContainsFunc(p.Rules, func(r Rule) bool { return by(r.Match) || slices.ContainsFunc(r.Deny, denies) })
}

// Next returns the next time after now at which a rule begins or ends to judge; zero: there is none.
func (p *Policy) Next(now time.Time) time.Time {
	var next time.Time
	for _, r := range p.Rules {
		for _, t := range []time.Time{r.From, r.Until} {
			if t.After(now) && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}

// Empty reports that nothing is judged.
func (p *Policy) Empty() bool {
	return len(p.Rules) == 0 && len(p.Advisories) == 0 && len(p.Lifecycle) == 0
}
