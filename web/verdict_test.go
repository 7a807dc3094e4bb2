package web

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/netver/netver_exporter/version"
)

// TestVerdict is what the API says of each kind of verdict.
func TestVerdict(t *testing.T) {
	end := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		verdict *version.Verdict
		want    string
	}{
		"no policy": {nil, `null`},
		"compliant": {&version.Verdict{Rule: "dc", Wanted: "1.2", Planned: "wave", Compliant: version.Yes, Why: "w"},
			`{"state":"compliant","rule":"dc","wanted":"1.2","planned":"wave","why":"w"}`},
		"denied": {&version.Verdict{Rule: "dc", Compliant: version.No, Why: "w", Denied: []version.Denial{{Note: "CVE-1", Severity: "high"}}, EOL: &version.EOL{Release: "1", Time: end}},
			`{"state":"noncompliant","rule":"dc","why":"w","denied":[{"advisory":"CVE-1","severity":"high"}],"eol":{"release":"1","date":"2027-03-31T00:00:00Z"}}`},
		"cannot be compared": {&version.Verdict{Rule: "dc", Undecidable: true, Why: "w", Undecided: []version.Denial{{Note: "CVE-1"}}},
			`{"state":"undecided","rule":"dc","why":"w","undecided":[{"advisory":"CVE-1"}]}`},
		"version not known": {&version.Verdict{Rule: "dc", Why: "w"}, `{"state":"unjudged","rule":"dc","why":"w"}`},
		"no rule":           {&version.Verdict{Why: "w", Undecidable: true, EOL: &version.EOL{Release: "1"}}, `{"state":"unjudged","why":"w","eol":{"release":"1"}}`},
	} {
		got, err := json.Marshal(NewVerdict(tt.verdict))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %s (%v), want %s", name, got, err, tt.want)
		}
	}
}
