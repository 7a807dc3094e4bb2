package version

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLifecycle(t *testing.T) {
	want := []Release{{Name: "17.12", EOL: date(2026, 8, 31)}, {Name: "16.9", EOL: date(2023, 5, 31), Ended: true}, {Name: "16.8", Ended: true}}
	const releases = `"releases": [{"name": "17.15", "isEol": false, "eolFrom": null}, {"name": "17.12", "isEol": false, "eolFrom": "2026-08-31",
		"latest": {"name": "17.12.5"}}, {"name": "16.9", "isEol": true, "eolFrom": "2023-05-31"}, {"name": "16.8", "isEol": true}]`
	for name, text := range map[string]string{
		"as downloaded":    `{"schema_version": "1.2.0", "platform": "cisco_xe", "result": {"name": "cisco-ios-xe", ` + releases + `}}`,
		"in the result":    `{"schema_version": "1.2.0", "result": {"platform": "cisco_xe", ` + releases + `}}`,
		"without envelope": `{"platform": "cisco_xe", ` + releases + `}`,
	} {
		platform, got, err := ParseLifecycle([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); platform != "cisco_xe" || diff != "" {
			t.Errorf("%s: platform %q (-want +got):\n%s", name, platform, diff)
		}
	}
	for _, tt := range []struct {
		text string
		want LineError
	}{
		{`[{"cycle": "17.12", "eol": "2026-08-31"}]`, LineError{1, "not a product of endoflife.date's API v1: unexpected array at the top"}},
		{"{\"platform\": \"vyos\", \"releases\": [\n{\"name\": \"1.2\"},\n{\"isEol\": true,\n\"name\": 1.3}]}",
			LineError{4, "not a product of endoflife.date's API v1: unexpected number at name"}},
		{"{\n\"result\": {\n\"releases\": 1}}", LineError{3, "not a product of endoflife.date's API v1: unexpected number at releases"}},
		{"{\n\"platform\"", LineError{2, "not a product of endoflife.date's API v1: unexpected end of JSON input"}},
		{`{"releases": [{"name": "1"}]}`, LineError{0, `"platform" is missing: the id of the platform that the releases are of`}},
		{`{"platform": "vyos"}`, LineError{0, `"releases" is missing or empty`}},
		{"{\"platform\": \"vyos\", \"releases\": [\n{\"name\": \"1\"},\n{\"eolFrom\": null}]}", LineError{3, `releases[1]: "name" is missing`}},
		{"{\"platform\": \"vyos\", \"releases\": [\n{\"name\": \"1.3\", \"eolFrom\": \"soon\"}]}",
			LineError{2, `release "1.3": "eolFrom" must be a date such as "2027-03-31" or null, not "soon"`}},
	} {
		_, _, err := ParseLifecycle([]byte(tt.text))
		got, ok := errors.AsType[*LineError](err)
		if !ok {
			t.Errorf("%s: error %v, want a LineError", tt.text, err)
		} else if diff := cmp.Diff(tt.want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestRelease(t *testing.T) {
	releases := []Release{{Name: "1.2"}, {Name: "1.2A"}, {Name: "1.2A.3"}, {Name: "1.20"}, {Name: "1.2.7"}, {Name: "1.2.7+1"}}
	for _, tt := range []struct{ version, want string }{
		{"1.2.3", "1.2"},
		{"01.02.3", "1.2"},
		{"1.20.3", "1.20"},
		{"1.2B.3", "1.2"},
		{"1.2A.4", "1.2A"},
		{"1.2A.3", "1.2A.3"},
		{"1.2A.3+9", "1.2A.3"},
		{"1.2.7+2", "1.2.7"},
		{"1.2.7+1", "1.2.7+1"},
		{"1.3.1", ""},
		{"1.2", ""}, // has no form
		{"private", ""},
	} {
		got := ""
		if r := acme(t).Release(tt.version, releases); r != nil {
			got = r.Name
		}
		if got != tt.want {
			t.Errorf("%s: release %q, want %q", tt.version, got, tt.want)
		}
	}
}

func FuzzParseLifecycle(f *testing.F) {
	f.Add([]byte(`{"platform": "vyos", "result": {"releases": [{"name": "1.3", "isEol": true, "eolFrom": "2027-03-31"}]}}`))
	f.Add([]byte(`{"platform": "vyos", "releases": [{"name": "1.3"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		platform, releases, err := ParseLifecycle(text)
		if err == nil && platform == "" {
			t.Error("no platform")
		}
		for _, r := range releases {
			if r.Name == "" || r.EOL.IsZero() && !r.Ended {
				t.Errorf("%+v says nothing", r)
			}
		}
	})
}

// FuzzMeets holds what a Spec says to what the order says.
func FuzzMeets(f *testing.F) {
	f.Add("1.2.3", "1.2.4")
	f.Add("1.2A.3+7", "1.2A.3")
	f.Fuzz(func(t *testing.T, operand, version string) {
		o := acme(t)
		_, ok := o.compareTo(version, operand)
		below, err := ParseSpec("< " + operand)
		if err != nil {
			return
		}
		if below.operand != operand {
			return // blanks
		}
		atLeast, err := ParseSpec(">= " + operand)
		if err != nil {
			t.Fatal(err)
		}
		a, b := below.Meets(o, version), atLeast.Meets(o, version)
		if ok != (a != Unknown) || ok != (b != Unknown) || ok && a == b {
			t.Errorf("%q to %q: comparable %t, below %s, at least %s", version, operand, ok, a, b)
		}
	})
}
