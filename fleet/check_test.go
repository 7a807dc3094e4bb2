package fleet

import (
	"net/url"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/poll"
)

// TestCheck asks for what there is not: names of the configuration are problems, what no device has now is noted.
func TestCheck(t *testing.T) {
	v := few(t)
	for query, want := range map[string]string{
		"platform=cisco_iso":                    `! platform="cisco_iso": there is no such platform (did you mean cisco_ios?)`,
		"platform=cisco_ios&platform=cisco_iso": `! platform="cisco_iso": there is no such platform (did you mean cisco_ios?)`,
		"platform=cisco_xr":                     ``,
		"platform=cisco_*&platform=nobody*":     ``,
		"vendor=Cisko":                          `vendor="Cisko": no device has it (did you mean cisco?)`,
		"group=brnach":                          `! group="brnach": there is no such group (did you mean branch?)`,
		"group=empty":                           ``,
		"rule=later":                            ``,
		"rule=never":                            `! rule="never": there is no such rule (known here: campus, later, wave)`,
		"q=platform=cisco_iso":                  `! platform="cisco_iso": there is no such platform (did you mean cisco_ios?)`,
		"q=state=dwon":                          `! state="dwon": want up, down, pending, disabled`,
		"q=nobody":                              ``,
		"label.site=AMS1":                       `label.site="AMS1": no device has it (did you mean ams1?)`,
		"label.site=ams1&label.site=AMS1":       ``, // there are devices to see
		"label.site=ams1&state=pending":         ``,
		"label.sit=ams1":                        `no device has a label "sit" (did you mean site?)`,
		"model=C29600":                          `model="C29600": no device has it (did you mean C2960?)`,
		"version=15.2(7)E3&model=C9*":           ``,
		"advisory=CVE-2":                        `advisory="CVE-2": no device has it (did you mean CVE-1?)`,
		"release=17.13":                         `release="17.13": no device has it (did you mean 17.12?)`,
		"changed=up&q=zzz":                      ``,
	} {
		values, _ := url.ParseQuery(query)
		q, problems := Parse(values)
		found, notes := v.Check(q)
		var said []string
		for _, p := range append(problems, found...) {
			said = append(said, "! "+p.Text)
		}
		for _, n := range notes {
			said = append(said, n.Text)
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("%s: %s\nwant %s", query, got, want)
		}
	}
	if problems, notes := New(poll.Snapshot{}, nil, noNames, now).Check(Query{}.With("platform", "nonsense")); len(problems)+len(notes) > 0 {
		t.Errorf("nothing is known yet: %v, %v", problems, notes)
	}
}

// TestUnread looks at parameters of which only some are read.
func TestUnread(t *testing.T) {
	for query, want := range map[string]string{
		"":                       "",
		"format=text&sort=a":     "",
		"fromat=text":            `unknown parameter "fromat" (did you mean format?)`,
		"format=text&format=xml": "format is given 2 times; once is enough",
	} {
		values, _ := url.ParseQuery(query)
		var said []string
		for _, p := range Unread(values, "format", "sort") {
			said = append(said, p.Text)
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	values, _ := url.ParseQuery("limit=1&limit=2&sort=state&sort=device&q=a&q=b&state=up&state=down")
	var said []string
	q, problems := Parse(values, "limit")
	for _, p := range problems {
		said = append(said, p.Text)
	}
	if got, want := strings.Join(said, "; "), "limit is given 2 times; once is enough; q is given 2 times; once is enough; sort is given 2 times; once is enough"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := q.Values().Encode(), "q=a&sort=state&state=up&state=down"; got != want {
		t.Errorf("the query is %s, want %s", got, want)
	}
}
