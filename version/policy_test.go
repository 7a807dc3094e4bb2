package version

import (
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// switches is an order like that of NX-OS, with trains.
func switches(t testing.TB) *Order {
	t.Helper()
	return &Order{
		Forms:  []*Form{form(t, `(?P<release>\d+\.\d+)\((\d+[a-z]?)\)(?:(?P<train>[A-Z])(\d+)\((\d+)\))?F?`)},
		Branch: regexp.MustCompile(`^\d+\.\d+(?:\(\d+\)[A-Z]\d+)?`),
	}
}

func specs(t testing.TB, texts ...string) []Spec {
	t.Helper()
	var all []Spec
	for _, text := range texts {
		s, err := ParseSpec(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func match(t testing.TB, globs map[string]string) Match {
	t.Helper()
	m, err := ParseMatch(globs)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// fleetPolicy has a wave before the rule that holds until then, and a rule without a want.
func fleetPolicy(t testing.TB) *Policy {
	t.Helper()
	dc := map[string]string{"platform": "cisco_nxos", "model": "Nexus9000*", "site": "ams?"}
	return &Policy{
		Rules: []Rule{
			{Name: "wave-1", Match: match(t, dc), Want: specs(t, ">= 10.4(2)"), From: date(2026, 12, 1), Until: date(2027, 3, 1)},
			{
				Name: "dc", Match: match(t, dc), Want: specs(t, "10.2(5)", ">= 10.3(4a)", "9.3(*)"),
				Deny: []Deny{
					{Version: &specs(t, "9.3(7)*")[0], Note: "FN-1"},
					{Fixed: []string{"10.2(4)", "10.3(5)"}, Note: "BUG-2", Severity: "high"},
				},
			},
			{Name: "lab", Match: match(t, map[string]string{"group": "lab"}), Deny: []Deny{{Version: &specs(t, "< 9.3(1)")[0], Note: "too old"}}},
		},
		Advisories: []Deny{{Match: match(t, map[string]string{"vendor": "Cisco"}), Fixed: []string{"9.3(9)", "10.2(3)"}, Note: "ADV-3", Severity: "critical"}},
		Lifecycle:  map[string][]Release{"cisco_nxos": {{Name: "9.3", EOL: date(2026, 6, 30)}, {Name: "10.1", Ended: true}, {Name: "10", EOL: date(2030, 1, 1)}}},
	}
}

func TestJudge(t *testing.T) {
	core := Device{Name: "core-1", Platform: "cisco_nxos", Vendor: "Cisco", Model: "Nexus9000 C93180", Group: "dc", Labels: map[string]string{"site": "ams1"}}
	with := func(d Device, change func(*Device)) Device { change(&d); return d }
	before, during, after := date(2026, 11, 30), date(2026, 12, 1), date(2027, 3, 1)
	const wants, dcWants = "rule dc wants 10.2(5), >= 10.3(4a), 9.3(*)", "10.2(5), >= 10.3(4a), 9.3(*)"
	eol93 := &EOL{Release: "9.3", Time: date(2026, 6, 30)}
	for _, tt := range []struct {
		name    string
		device  Device
		version string
		now     time.Time
		want    Verdict
	}{
		{"exact", core, "10.2(5)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: Yes, Why: wants}},
		{"another spelling", core, "10.2(5)F", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: Yes, Why: wants}},
		{"not wanted", core, "10.2(6)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: No, Why: wants}},
		{"above a comparison", core, "10.4(1)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: Yes, Why: wants}},
		{"a glob", core, "9.3(10)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: No, Why: "rule dc denies 9.3(10): BUG-2",
			Denied: []Denial{{"BUG-2", "high"}}, EOL: eol93}},
		{"denied by a glob, a fix and an advisory", core, "9.3(7)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: No, Why: "rule dc denies 9.3(7): FN-1",
			Denied: []Denial{{"FN-1", ""}, {"BUG-2", "high"}, {"ADV-3", "critical"}}, EOL: eol93}},
		{"wanted but below the fix", core, "10.3(4a)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Compliant: No, Why: "rule dc denies 10.3(4a): BUG-2",
			Denied: []Denial{{"BUG-2", "high"}}}},
		{"a private build", core, "10.3(4uu)", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Why: "10.3(4uu) cannot be compared with what rule dc wants: " + dcWants,
			Undecidable: true, Undecided: []Denial{{"FN-1", ""}, {"BUG-2", "high"}, {"ADV-3", "critical"}}}},
		{"version not known", core, "", before, Verdict{Rule: "dc", Planned: "wave-1", Wanted: dcWants, Why: "the version is not known"}},
		{"the wave begins", core, "10.2(5)", during, Verdict{Rule: "wave-1", Wanted: ">= 10.4(2)", Compliant: No, Why: "rule wave-1 wants >= 10.4(2)"}},
		{"the wave reaches it", core, "10.4(2)", during, Verdict{Rule: "wave-1", Wanted: ">= 10.4(2)", Compliant: Yes, Why: "rule wave-1 wants >= 10.4(2)"}},
		{"the wave is over", core, "10.2(5)", after, Verdict{Rule: "dc", Wanted: dcWants, Compliant: Yes, Why: wants}},
		{"the end has come without a date", core, "10.1(2)", after, Verdict{Rule: "dc", Wanted: dcWants, Compliant: No, Why: "rule dc denies 10.1(2): BUG-2",
			Denied: []Denial{{"BUG-2", "high"}, {"ADV-3", "critical"}}, EOL: &EOL{Release: "10.1"}}},
		{"label differs", with(core, func(d *Device) { d.Labels = map[string]string{"site": "fra1"} }), "10.2(5)", before, Verdict{Why: "no rule matches"}},
		{"label missing", with(core, func(d *Device) { d.Labels = nil }), "10.2(1)", before, Verdict{Why: "no rule matches", Denied: []Denial{{"ADV-3", "critical"}}}},
		{"model not known", with(core, func(d *Device) { d.Model = "" }), "10.2(5)", before, Verdict{Why: "no rule matches"}},
		{"denies only", Device{Group: "lab"}, "10.2(5)", before, Verdict{Rule: "lab", Compliant: Yes, Why: "rule lab wants any version that it does not deny"}},
		{"denied only", Device{Group: "lab"}, "9.2(4)", before, Verdict{Rule: "lab", Compliant: No, Why: "rule lab denies 9.2(4): too old", Denied: []Denial{{"too old", ""}}}},
		{"perhaps denied", Device{Group: "lab"}, "private", before, Verdict{Rule: "lab", Why: "private cannot be compared with a version that rule lab denies: too old",
			Undecidable: true, Undecided: []Denial{{"too old", ""}}}},
	} {
		tt.device.Version = tt.version
		if diff := cmp.Diff(tt.want, fleetPolicy(t).Judge(tt.device, switches(t), tt.now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestJudgeOnlyPlanned has no other rule for the time before the wave.
func TestJudgeOnlyPlanned(t *testing.T) {
	p := Policy{Rules: []Rule{{Name: "wave", Want: specs(t, "1.2"), From: date(2027, 1, 1)}}}
	want := Verdict{Planned: "wave", Why: "rule wave is planned from 2027-01-01"}
	if diff := cmp.Diff(want, p.Judge(Device{Version: "1.0"}, nil, date(2026, 12, 31))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMeets(t *testing.T) {
	for _, tt := range []struct {
		spec, version string
		order         *Order
		want          Answer
	}{
		{"1.2.3", "01.2.3", acme(t), Yes},
		{"1.2.3", "1.2.4", acme(t), No},
		{"1.2.3", "1.2.3+7", acme(t), Yes},
		{"1.2.3+7", "1.2.3+8", acme(t), No},
		{"1.2.3+7", "1.2.3", acme(t), No},
		{"<= 1.2.3", "1.2.3+7", acme(t), Yes},
		{"> 1.2.3", "1.2.3+7", acme(t), No},
		{"= 1.2.3", "1.2.03", acme(t), Yes},
		{"< 1.2.3", "1.2.3-rc1", acme(t), Yes},
		{">=1.2.3", "1.2.3", acme(t), Yes},
		{">= 1.2A.3", "1.2B.4", acme(t), Unknown},
		{">= 1.2A.3", "1.3B.4", acme(t), Yes},
		{"1.2A.3", "1.2B.3", acme(t), No},
		{"1.2.3", "private", acme(t), Unknown},
		{"private", "private", acme(t), Yes},
		{"1.2.*", "1.02.3", acme(t), Yes},
		{"1.02.0*", "1.2.3", acme(t), No},
		{"1.02.0*", "1.02.03", acme(t), Yes},
		{"1.2.?", "1.2.10", acme(t), No},
		{"1.2.*", "private", acme(t), Unknown},
		{"1.2", "1.2", nil, Yes},
		{"1.2", "1.3", nil, No},
		{"1.*", "2.3", nil, No},
		{"> 1.2", "1.3", nil, Unknown},
	} {
		if got := specs(t, tt.spec)[0].Meets(tt.order, tt.version); got != tt.want {
			t.Errorf("%q meets %q: %s, want %s", tt.version, tt.spec, got, tt.want)
		}
	}
}

func TestBadSpecs(t *testing.T) {
	for _, tt := range []struct{ spec, want string }{
		{"", `"": the version is missing`},
		{">=", `">=": the version is missing`},
		{"!= 1", `"!= 1": unknown comparison "!="; there are <, <=, =, >= and >`},
		{"~> 1.2", `"~> 1.2": unknown comparison "~>"; there are <, <=, =, >= and >`},
		{"< 1.*", `"< 1.*": a comparison needs a whole version, without * and ?`},
	} {
		if _, err := ParseSpec(tt.spec); err == nil || err.Error() != tt.want {
			t.Errorf("%q: %v, want %s", tt.spec, err, tt.want)
		}
	}
	for _, tt := range []struct {
		deny  Deny
		order *Order
		want  string
	}{
		{Deny{Fixed: []string{"1.2.3", "soon"}}, acme(t), `"soon" does not have the form of the platform's versions`},
		{Deny{Fixed: []string{"1.2.3"}}, nil, `the platform's versions have no order, so that "1.2.3" cannot be compared`},
		{Deny{Version: &specs(t, "< 2")[0]}, acme(t), `"2" does not have the form of the platform's versions`},
	} {
		if err := tt.deny.Check(tt.order); err == nil || err.Error() != tt.want {
			t.Errorf("%+v: %v, want %s", tt.deny, err, tt.want)
		}
	}
	for _, deny := range []Deny{{Fixed: []string{"1.2.3"}}, {Version: &specs(t, "2.*")[0]}} {
		if err := deny.Check(acme(t)); err != nil {
			t.Errorf("%+v: %v", deny, err)
		}
	}
	if text := match(t, map[string]string{"site": "ams*", "platform": "acme_os"}).String(); text != "platform=acme_os site=ams*" {
		t.Errorf("match %q", text)
	}
	if _, err := ParseMatch(map[string]string{"site": ""}); err == nil || err.Error() != "site: is empty; * matches every site" {
		t.Errorf("empty glob: %v", err)
	}
}

func TestFixed(t *testing.T) {
	fixed := []string{"7.0(3)I4(9)", "7.0(3)I7(6)", "9.3(13)", "10.2(7)"}
	for _, tt := range []struct {
		version string
		want    Answer
	}{
		{"7.0(3)I4(8)", Yes},
		{"7.0(3)I4(9)", No},
		{"7.0(3)I4(10)", No},
		{"7.0(3)I7(5)", Yes},
		{"7.0(3)I7(6)", No},
		{"7.0(3)I6(2)", Yes}, // its branch has no fix: below the highest of the train
		{"7.0(3)I9(1)", No},
		{"6.0(2)U6(10)", Yes}, // its train has none: below the highest of all
		{"9.3(12)", Yes},
		{"9.3(14)", No},
		{"10.1(2)", Yes},
		{"10.4(1)", No},
		{"7.0(3)F3(1)", Yes},
		{"private", Unknown},
	} {
		if got := (Deny{Fixed: fixed}).Denies(switches(t), tt.version); got != tt.want {
			t.Errorf("%s: denied %s, want %s", tt.version, got, tt.want)
		}
	}
	for _, tt := range []struct {
		version string
		want    Answer
	}{
		{"7.0(3)F3(1)", Yes},     // below the highest that it can be compared with
		{"7.3(1)D1(1)", Unknown}, // newer than what it can be compared with, but there is one that it cannot
		{"7.1(1)D1(1)", Yes},
	} {
		if got := (Deny{Fixed: []string{"7.0(3)I7(6)", "7.3(2)N1(1)"}}).Denies(switches(t), tt.version); got != tt.want {
			t.Errorf("%s: denied %s, want %s", tt.version, got, tt.want)
		}
	}
	if got := (Deny{Fixed: []string{"year-2025"}}).Denies(acme(t), "1.2.3"); got != Unknown {
		t.Errorf("fixes of another family only: denied %s", got)
	}
}

// TestExplain says of each rule what becomes of it.
func TestExplain(t *testing.T) {
	p := Policy{Rules: []Rule{
		{Name: "other", Match: match(t, map[string]string{"platform": "vyos", "site": "ams*"}), Want: specs(t, "1.4")},
		{Name: "model", Match: match(t, map[string]string{"model": "C9*"}), Want: specs(t, "1.4")},
		{Name: "past", Until: date(2026, 1, 1)},
		{Name: "wave", From: date(2027, 1, 1), Until: date(2028, 1, 1)},
		{Name: "now", Want: specs(t, "1.2", ">= 1.4")},
		{Name: "rest"},
	}}
	want := []Explanation{
		{"other", false, "does not match: platform is cisco_ios"},
		{"model", false, "does not match: the model is not known"},
		{"past", false, "ended on 2026-01-01"},
		{"wave", false, "is planned from 2027-01-01"},
		{"now", true, "wants 1.2, >= 1.4"},
		{"rest", false, "comes after rule now"},
	}
	d := Device{Platform: "cisco_ios", Labels: map[string]string{"site": "ams1"}}
	if diff := cmp.Diff(want, p.Explain(d, date(2026, 6, 1))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, e := range p.Explain(d, date(2026, 6, 1)) {
		if rule := p.Judge(d, nil, date(2026, 6, 1)).Rule; e.Holds != (e.Rule == rule) {
			t.Errorf("rule %s holds: %t, and %s judges", e.Rule, e.Holds, rule)
		}
	}
}

// TestNext steps through the dates at which verdicts can change.
func TestNext(t *testing.T) {
	p := Policy{Rules: []Rule{{From: date(2027, 2, 1), Until: date(2027, 3, 1)}, {Until: date(2027, 1, 1)}, {}}}
	var got []time.Time
	for now := p.Next(date(2026, 1, 1)); !now.IsZero(); now = p.Next(now) {
		got = append(got, now)
	}
	if diff := cmp.Diff([]time.Time{date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDeniedOnce has one advisory with two entries, both of which deny the version.
func TestDeniedOnce(t *testing.T) {
	p := Policy{Advisories: []Deny{{Version: &specs(t, "1.*")[0], Note: "CVE-1"}, {Fixed: []string{"1.2.4"}, Note: "CVE-1"}}}
	if diff := cmp.Diff([]Denial{{Note: "CVE-1"}}, p.Judge(Device{Version: "1.2.3"}, acme(t), date(2026, 1, 1)).Denied); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
