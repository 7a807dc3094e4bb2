package fleet

import (
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

// verdictWords are the above, and the words that the API has for a verdict's state.
var verdictWords = []string{Compliant, NotCompliant, Denied, EndOfLife, Unknown, NoRule, "noncompliant", "undecided", "unjudged"}

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
		to = append(to, NotCompliant, "noncompliant")
	case v.Rule == "":
		to = append(to, NoRule, "unjudged")
	case v.Undecidable:
		to = append(to, Unknown, "undecided")
	default:
		to = append(to, Unknown, "unjudged")
	}
	if len(v.Denied) > 0 {
		to = append(to, Denied)
	}
	if NearEnd(v.EOL, at) {
		to = append(to, EndOfLife)
	}
	return to
}
