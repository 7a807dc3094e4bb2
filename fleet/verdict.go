package fleet

import (
	"slices"
	"time"

	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// The words of the parameter verdict. Of Compliant, NotCompliant, Unknown and NoRule a device that there is a policy for has
// exactly one.
const (
	Compliant    = "compliant"
	NotCompliant = "not_compliant"
	Denied       = "denied"  // an advisory or a rule denies the version
	EndOfLife    = "eol"     // the end of life of its release has come, or comes within Soon
	Unknown      = "unknown" // a rule judges the device, but its version is not known or cannot be compared
	NoRule       = "no_rule" // no rule judges the device now
)

// Verdicts is every one of them.
var Verdicts = []string{Compliant, NotCompliant, Denied, EndOfLife, Unknown, NoRule}

// Words that the API has for the state of a verdict, and the parameter takes, too.
const (
	NonCompliant = "noncompliant" // NotCompliant
	Undecided    = "undecided"    // Unknown: the version cannot be compared with those of the rule
	Unjudged     = "unjudged"     // NoRule; or Unknown, since the version is not known
)

var verdictWords = append(slices.Clone(Verdicts), NonCompliant, Undecided, Unjudged)

// Soon is how long before its end of life a release is near it.
const Soon = 180 * 24 * time.Hour

// NearEnd reports that the end of life has come or comes within Soon.
func NearEnd(e *version.EOL, at time.Time) bool { return e != nil && e.Time.Before(at.Add(Soon)) }

func verdicts(to []string, s *poll.Status, at time.Time) []string {
	v := s.Verdict
	if v == nil {
		return to
	}
	switch {
	case v.Compliant == version.Yes:
		to = append(to, Compliant)
	case v.Compliant == version.No:
		to = append(to, NotCompliant, NonCompliant)
	case v.Rule == "":
		to = append(to, NoRule, Unjudged)
	case v.Undecidable:
		to = append(to, Unknown, Undecided)
	default:
		to = append(to, Unknown, Unjudged)
	}
	if len(v.Denied) > 0 {
		to = append(to, Denied)
	}
	if NearEnd(v.EOL, at) {
		to = append(to, EndOfLife)
	}
	return to
}
