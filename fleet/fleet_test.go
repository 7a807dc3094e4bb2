package fleet

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

var now = time.Date(2026, 11, 25, 22, 46, 5, 0, time.UTC)

// few is a fleet with one device of each kind.
func few(t testing.TB) *View {
	t.Helper()
	up := func(name, platform, version, model, site string, uptime time.Duration) *poll.Status {
		return &poll.Status{
			Device: inventory.Device{
				Name: name, Address: "10.0.0.1:22", Platform: platform, Credential: "netops", Group: "branch",
				Labels: []inventory.Label{{Name: "site", Value: site}},
			},
			Platform: platform, Vendor: strings.Split(platform, "_")[0], LastPoll: now.Add(-time.Minute), LastSuccess: now.Add(-time.Minute),
			Duration: time.Second, BootTime: now.Add(-uptime),
			Facts: parser.Facts{Version: version, Model: model, Serial: "S-" + name, Uptime: &parser.Uptime{Age: uptime}},
		}
	}
	down := func(name string, reason failure.Reason, err string) *poll.Status {
		s := up(name, "cisco_ios", "", "", "ams1", 0)
		s.Facts, s.BootTime, s.Reason, s.Err, s.LastSuccess = parser.Facts{}, time.Time{}, reason, err, time.Time{}
		return s
	}
	judged := func(s *poll.Status, v version.Verdict) *poll.Status {
		s.Verdict = &v
		return s
	}
	disabled := up("z-off", "vyos", "", "", "ams1", 0)
	disabled.Device.Disabled, disabled.Facts, disabled.LastPoll, disabled.BootTime = true, parser.Facts{}, time.Time{}, time.Time{}
	pending := up("m-new", "vyos", "", "", "fra2", 0)
	pending.Facts, pending.LastPoll, pending.BootTime = parser.Facts{}, time.Time{}, time.Time{}
	devices := []*poll.Status{
		judged(up("a-1", "cisco_ios", "17.9.4a", "C9300-48UXM", "ams1", time.Hour/2), version.Verdict{Rule: "campus", Compliant: version.Yes}),
		judged(up("b-2", "cisco_ios", "17.12.4", "C9300-24P", "fra2", 48*time.Hour), version.Verdict{Rule: "campus", Compliant: version.No, EOL: &version.EOL{Release: "17.12", Time: now.Add(43 * 24 * time.Hour)}}),
		judged(up("c-3", "cisco_ios", "15.2(7)E3", "C2960", "fra2", 24*time.Hour), version.Verdict{Planned: "wave", Denied: []version.Denial{{Note: "CVE-1"}, {Note: "CVE-1", Severity: "high"}}}),
		judged(up("d-4", "arista_eos", "4.30.5M", "DCS", "lon3", 72*time.Hour), version.Verdict{Rule: "campus", Undecidable: true}),
		down("e-5", failure.Paused, "credential netops is paused"),
		down("f-6", failure.ConnectTimeout, `connect to 10.0.0.1:22: no answer in 5 s`),
		pending,
		disabled,
	}
	since := now.Add(-10 * time.Minute)
	devices[0].Since, devices[0].Rebooted = since, since
	devices[1].Since, devices[1].Rebooted, devices[1].VersionChanged = since.Add(-time.Hour), since, since
	devices[5].Since = since
	registry, err := parser.BuiltIns()
	if err != nil {
		t.Fatal(err)
	}
	return New(poll.Snapshot{Devices: devices, Sweeps: map[string]poll.Sweeps{"branch": {}, "empty": {}}}, func(id string) *version.Order {
		p, _ := registry.Get(id)
		return p.Order
	}, func(parameter string) []string {
		return map[string][]string{"platform": {"cisco_ios", "cisco_xr", "arista_eos"}, "vendor": {"Cisco"}, "rule": {"campus", "wave", "later"}}[parameter]
	}, now)
}

func noNames(string) []string { return nil }

func find(v *View, query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return err.Error()
	}
	q, _ := Parse(values, "page")
	var list []string
	m := v.Find(q)
	for _, s := range m.Slice(0, m.Len()) {
		list = append(list, s.Device.Name)
	}
	return strings.Join(list, " ")
}

func TestFind(t *testing.T) {
	v := few(t)
	for query, want := range map[string]string{
		"":                                "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off",
		"page=2&state=&q=":                "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off",
		"sort=state":                      "f-6 e-5 m-new a-1 b-2 c-3 d-4 z-off",
		"sort=device":                     "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off",
		"sort=-device":                    "z-off m-new f-6 e-5 d-4 c-3 b-2 a-1",
		"sort=version":                    "d-4 a-1 b-2 c-3 e-5 f-6 m-new z-off",
		"sort=-version":                   "c-3 b-2 a-1 d-4 e-5 f-6 m-new z-off",
		"sort=-uptime":                    "d-4 b-2 c-3 a-1 e-5 f-6 m-new z-off",
		"sort=label.site":                 "a-1 e-5 f-6 z-off b-2 c-3 m-new d-4",
		"sort=-last_poll":                 "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off",
		"sort=nonsense":                   "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off",
		"state=down":                      "e-5 f-6",
		"state=down&state=pending":        "e-5 f-6 m-new",
		"state=broken":                    "",
		"nonsense=1&state=pending":        "m-new",
		"platform=cisco_ios&model=C9300*": "a-1 b-2",
		"version=15.2(7)E3":               "c-3",
		"vendor=arista":                   "d-4",
		"label.site=fra2":                 "b-2 c-3 m-new",
		"label.site=":                     "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off",
		"verdict=compliant":               "a-1",
		"verdict=not_compliant":           "b-2",
		"verdict=noncompliant":            "b-2",
		"verdict=eol":                     "b-2",
		"verdict=denied":                  "c-3",
		"verdict=no_rule":                 "c-3",
		"verdict=unknown":                 "d-4",
		"advisory=CVE-1":                  "c-3",
		"rule=wave":                       "c-3",
		"rule=campus&sort=-uptime":        "d-4 b-2 a-1",
		"release=17.12":                   "b-2",
		"reason=paused":                   "e-5",
		"credential=netops&reason=*":      "e-5 f-6",
		"changed=reboot":                  "a-1 b-2",
		"changed=version":                 "b-2",
		"changed=up":                      "a-1",
		"changed=down":                    "f-6",
		"q=NO+ANSWER+f-":                  "f-6",
		"q=\"no answer in\"":              "f-6",
		"q=\"answer no\"":                 "",
		"q=s-b":                           "b-2",
		"q=ams1+state=up":                 "a-1",
		"q=site=fra2+c9300":               "b-2",
		"q=model=\"C9300-24P\"":           "b-2",
		"q=label.site=lon*":               "d-4",
		"q=unheard=of":                    "",
		"q=17.12.4&state=down":            "",
	} {
		if got := find(v, query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	values, _ := url.ParseQuery("sort=-uptime&state=down&verdict=bad&label.site=ams1&page=3&frob=1&sort=x&q=+a++b=c+&model=")
	q, problems := Parse(values, "page")
	if got, want := q.Values().Encode(), "label.site=ams1&q=a++b%3Dc&sort=-uptime&state=down&verdict=bad"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var texts []string
	for _, p := range problems {
		texts = append(texts, p.Text)
	}
	want := []string{
		`verdict="bad": want compliant, not_compliant, denied, eol, unknown, no_rule, noncompliant, undecided, unjudged`,
		`unknown parameter "frob"`,
		`sort is given 2 times; once is enough`,
	}
	if !slices.Equal(texts, want) {
		t.Errorf("problems %q, want %q", texts, want)
	}
	if _, problems := Parse(url.Values{"sort": {"size"}}); len(problems) != 1 || !strings.HasPrefix(problems[0].Text, `sort="size": want state, device, `) {
		t.Errorf("sort=size: %v", problems)
	}
	dropped := q.With("state").With("platform", "vyos")
	if got, want := dropped.Values().Encode(), "label.site=ams1&platform=vyos&q=a++b%3Dc&sort=-uptime&verdict=bad"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if q.Value("state") != "down" || dropped.Value("state") != "" {
		t.Errorf("state %q, then %q", q.Value("state"), dropped.Value("state"))
	}
}

func TestCount(t *testing.T) {
	v := few(t)
	for parameter, want := range map[string]string{
		"state":      "map[disabled:1 down:2 pending:1 up:4]",
		"verdict":    "map[compliant:1 denied:1 eol:1 no_rule:1 noncompliant:1 not_compliant:1 undecided:1 unjudged:1 unknown:1]",
		"advisory":   "map[CVE-1:1]",
		"label.site": "map[ams1:4 fra2:3 lon3:1]",
		"size":       "map[]",
	} {
		for range 2 {
			if got := fmt.Sprint(v.Count(parameter)); got != want {
				t.Errorf("%s: %s, want %s", parameter, got, want)
			}
		}
	}
}

// TestAfter walks through answers of two devices while the fleet changes.
func TestAfter(t *testing.T) {
	v := few(t)
	fewer := New(v.Snapshot, v.orders, v.named, now)
	fewer.Devices = slices.Delete(slices.Clone(v.Devices), 1, 2)
	for _, tc := range []struct {
		sort   string
		second *View
		want   string
	}{
		{"", v, "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off"},
		{"", fewer, "a-1 b-2 c-3 d-4 e-5 f-6 m-new z-off"},
		{"-device", v, "z-off m-new f-6 e-5 d-4 c-3 b-2 a-1"},
		{"state", v, "f-6 e-5 m-new a-1 b-2 c-3 d-4 z-off"},
		{"-uptime", fewer, "d-4 b-2 a-1 e-5 f-6 m-new z-off"}, // the device that has gone was one of the first two
	} {
		var got []string
		cursor, view := "", v
		for {
			devices, next, err := view.Find(Query{Sort: tc.sort}).After(cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range devices {
				got = append(got, s.Device.Name)
			}
			if cursor = next; cursor == "" {
				break
			}
			view = tc.second
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("sort %q: %q, want %q", tc.sort, strings.Join(got, " "), tc.want)
		}
	}
	_, next, _ := v.Find(Query{}).After("", 2)
	if devices, _, err := v.Find(Query{}).After(next, math.MaxInt); err != nil || len(devices) != 6 {
		t.Errorf("all after the second device: %d, %v", len(devices), err)
	}
	for _, cursor := range []string{"x", "%", next[:5]} {
		if _, _, err := v.Find(Query{}).After(cursor, 2); err == nil {
			t.Errorf("cursor %q is taken", cursor)
		}
	}
	for _, other := range []Query{{Sort: "uptime"}, {Sort: "device", Search: "a"}, Query{}.With("state", "up")} {
		if _, _, err := v.Find(other).After(next, 2); err == nil {
			t.Errorf("the cursor of another query is taken for %v", other)
		}
	}
}

func TestContains(t *testing.T) {
	for _, tc := range []struct {
		text, part string
		want       bool
	}{
		{"AMS1-Core", "ams1", true}, {"AMS1-Core", "-core", true}, {"AMS1-Core", "cores", false}, {"", "a", false}, {"x", "", true},
		{"Zürich", "zür", true}, {"ZÜRICH", "ürich", true}, {"Zürich", "ö", false},
	} {
		if got := contains(tc.text, tc.part); got != tc.want {
			t.Errorf("contains(%q, %q) is %v", tc.text, tc.part, got)
		}
	}
}

// TestLarge asks more than may be asked: no device matches, the problem is named, and what was sent is not echoed.
func TestLarge(t *testing.T) {
	v := few(t)
	long := strings.Repeat("*", 60_000) + "a"
	for want, values := range map[string]url.Values{
		"a value of model has 60001 characters; it may have 1024":                     {"model": {"C*", long}},
		"a value of q has 60001 characters; it may have 1024":                         {"q": {long}},
		"a value of sort has 60001 characters; it may have 1024":                      {"sort": {long}},
		"the name of a parameter has 60001 characters; it may have 1024":              {long: {"x"}},
		"the address has 101 values; it may have 100":                                 {"model": slices.Repeat([]string{"C*"}, 101)},
		"the values of the address have 2049 characters together; they may have 2048": {"model": {strings.Repeat("a", 1024), strings.Repeat("b", 1024)}, "vendor": {"c"}},
		"the search has 21 words; it may have 20":                                     {"q": {strings.Repeat("a ", 21)}},
		"a value of cursor has 1025 characters; it may have 1024":                     {"cursor": {strings.Repeat("ü", 1025)}},
		"": {"model": {strings.Repeat("*", 1024)}, "q": {strings.Repeat("a ", 20)}},
	} {
		q, problems := Parse(values, "cursor")
		text := ""
		for _, p := range problems {
			text += p.Text
		}
		if text != want || (v.Find(q).Len() == 0) != (want != "") {
			t.Errorf("%q: problem %q, %d devices", want, text, v.Find(q).Len())
		}
		if want != "" && len(q.Values().Encode()) > 0 {
			t.Errorf("%q: the query is %q", want, q.Values().Encode())
		}
	}
}
