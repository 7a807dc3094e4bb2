package pages

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// exporter is what pages are shown of.
type exporter struct {
	snapshot poll.Snapshot
	history  poll.History
	origin   Origin
	policy   version.Policy
	loaded   bool
	poll     func(name string) *poll.Status
	names    fleet.Names
	views    *fleet.Cache // of the mux that was made last
}

// mux serves the pages.
func (x *exporter) mux(t testing.TB) *http.ServeMux {
	t.Helper()
	x.views = fleet.NewCache(func(context.Context) poll.Snapshot { return x.snapshot }, func(string) *version.Order { return nil }, x.names)
	p, err := New(Config{
		Version: "1.2.3",
		Views:   x.views,
		Poll:    func(_ context.Context, name string) (*poll.Status, bool) { return x.poll(name), true },
		History: func(string) (poll.History, bool) { return x.history, true },
		Origin:  func(*poll.Status) Origin { return x.origin },
		Policy:  func() *version.Policy { return &x.policy },
		Loaded:  func() (time.Time, bool) { return time.Unix(1_700_000_000, 0), x.loaded },
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for pattern, handler := range p.Routes() {
		mux.Handle(pattern, handler)
	}
	return mux
}

// get asks for a page, in the form METHOD PATH, with more header fields in the form NAME: VALUE.
func (x *exporter) get(t *testing.T, request string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	mux := x.mux(t)
	method, target, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, target, nil)
	for _, field := range header {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// device makes one that is up, unless it is changed.
func deviceNamed(name string, changes ...func(*poll.Status)) *poll.Status {
	at := time.Now().Add(-time.Minute)
	s := &poll.Status{
		Device: inventory.Device{
			Name: name, Address: "10.0.0.1:22", Platform: "cisco_ios", Credential: "netops", Group: "branch",
			Labels: []inventory.Label{{Name: "site", Value: "ams1"}},
		},
		Platform: "cisco_ios", Vendor: "Cisco", Polls: 5, LastPoll: at, LastSuccess: at, Duration: 250 * time.Millisecond, BootTime: at.Add(-day),
		Facts: parser.Facts{Version: "17.9.4a", Model: "C9300", Uptime: &parser.Uptime{Age: day}},
	}
	for _, change := range changes {
		change(s)
	}
	return s
}

func down(reason failure.Reason, message string) func(*poll.Status) {
	return func(s *poll.Status) {
		s.Reason, s.Err, s.Facts.Uptime, s.Since = reason, message, nil, s.LastPoll
		s.LastSuccess = s.LastPoll.Add(-5 * time.Minute)
	}
}

func pending(s *poll.Status) {
	*s = poll.Status{Device: s.Device, Platform: s.Platform}
}

func judged(v version.Verdict) func(*poll.Status) {
	return func(s *poll.Status) { s.Verdict = &v }
}

func fleetOf(devices ...*poll.Status) *exporter {
	names := func(string) []string { return nil }
	return &exporter{loaded: true, names: names, snapshot: poll.Snapshot{Devices: devices, Workers: 64, Sweeps: map[string]poll.Sweeps{"branch": {Interval: 5 * time.Minute}}}}
}

// known has an origin for its devices.
func known(x *exporter, o Origin) *exporter {
	x.origin = o
	return x
}

// silent has replicas that do not tell of their devices.
func silent(x *exporter, names ...string) *exporter {
	x.snapshot.Share.Cluster = &poll.Cluster{Members: 3, Up: true, Silent: names}
	return x
}

// shared has a part of an inventory.
func shared(x *exporter, s poll.Share) *exporter {
	x.snapshot.Share = s
	return x
}

var tags = regexp.MustCompile(`<(title|style|script)[^>]*>[^<]*</[^>]*>|<[^>]*>`)

// shown is the text of a page, each run of spaces as one.
func shown(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

// TestPages looks for words on pages: of the fleet as it is in each case, and without what must not be there.
func TestPages(t *testing.T) {
	soon := time.Now().Add(43*day + time.Hour)
	swept := func(x *exporter) *exporter {
		x.snapshot.Sweeps["branch"] = poll.Sweeps{Done: 1, Interval: 5 * time.Minute, Duration: 38 * time.Second}
		return x
	}
	one := fleetOf(deviceNamed("sw-1"))
	for _, tc := range []struct {
		name     string
		fleet    *exporter
		request  string
		status   int
		has, not string // texts, each on a line
	}{
		{"starting", fleetOf(deviceNamed("a", pending), deviceNamed("b", pending)), "GET /", 200,
			"First sweep: 0 of 2 polled.\n2 All 0 ● Up", "Nothing needs attention\nCompliant"},
		{"within the first sweep", fleetOf(deviceNamed("a"), deviceNamed("b", pending)), "GET /", 200, "First sweep: 1 of 2 polled; ends in about 1 min.", ""},
		{"nothing failed", swept(fleetOf(deviceNamed("a"), deviceNamed("b"))), "GET /?state=down", 200,
			"Nothing needs attention\nNo device is down.\n2 answered at the last poll.\nShow all devices\n0 of 2", ""},
		{"nothing matches", one, "GET /?q=nobody&platform=cisco_ios", 200, "No device matches. Without search: nobody there is 1. Clear all filters", ""},
		{"a value that does not exist", one, "GET /?state=broken", 200, "state: broken\nNo device matches.", ""},
		{"an unknown parameter", one, "GET /?colour=red", 200, "unknown parameter &#34;colour&#34;\nsw-1", "colour="},
		{"without a policy", one, "GET /", 200, "1 Up", "Compliant\ncompliant"},
		{"without a device", fleetOf(), "GET /", 200, "The inventory is empty.\nHow to list devices", "Nothing needs attention"},
		{"beyond the last page", one, "GET /?page=9", 200, "1–1 of 1", ""},
		{"one that is down", swept(fleetOf(deviceNamed("a"), deviceNamed("b", down(failure.Connect, "connect to 10.0.0.1:22: <refused>")))), "GET /", 200,
			"1 down of 2\nconnect connect to 10.0.0.1:22: &lt;refused&gt;\nbeside the device that is down", "<refused>"},
		{"one cause", fleetOf(deviceNamed("a", down(failure.Connect, "no")), deviceNamed("b", down(failure.Connect, "no")), deviceNamed("c", down(failure.Connect, "no"))), "GET /", 200,
			"3 devices site=ams1 cisco_ios connect no\n1–3 of 3\n" + `href="?q=%22no%22&amp;reason=connect"`, "devices/a"},
		{"one cause, all of it", fleetOf(deviceNamed("a", down(failure.Connect, "no")), deviceNamed("b", down(failure.Connect, "no")), deviceNamed("c", down(failure.Connect, "no"))),
			"GET /?q=%22no%22&reason=connect", 200, "devices/a\ndevices/c", ""},
		{"verdicts", fleetOf(
			deviceNamed("a", judged(version.Verdict{Rule: "r", Compliant: version.Yes})),
			deviceNamed("b", judged(version.Verdict{Rule: "r", Compliant: version.No, Denied: []version.Denial{{Note: "CVE-1", Severity: "critical"}}})),
			deviceNamed("c", judged(version.Verdict{Rule: "r", Compliant: version.Yes, EOL: &version.EOL{Release: "17.9", Time: soon}})),
			deviceNamed("d", judged(version.Verdict{Rule: "r", Undecidable: true})),
		), "GET /", 200, "2 Compliant\n1 Not compliant\n1 Denied\n1 End of life\n1 Unknown\nend of life in 43 d\nDenied version 1 device CVE-1 (critical)", "No rule"},
		{"a phase of the policy", fleetOf(deviceNamed("a", judged(version.Verdict{Why: "no rule matches"}))), "GET /versions", 200, "1 No rule\n17.9.4a 1", ""},

		{"device", one, "GET /devices/sw-1", 200, "sw-1\nUp\nC9300\nsite=ams1\n1 d, since\nPoll now\n" + `netver_device_up{device=&#34;sw-1&#34;}`, "class=\"fail\""},
		{"keys and source", known(fleetOf(deviceNamed("sw-1")), Origin{"netbox:https://netbox.example", "https://netbox.example: device 4711", []HostKey{
			{"ssh-ed25519", "SHA256:abc", "", "known_hosts:3"}, {"ssh-rsa", "SHA256:def", "@cert-authority", "known_hosts:4"}, {"ssh-rsa", "SHA256:ghi", "@revoked", "known_hosts:5"},
		}}), "GET /devices/sw-1", 200,
			"Host key ssh-ed25519 SHA256:abc Host key authority ssh-rsa SHA256:def Host key revoked ssh-rsa SHA256:ghi Source netbox https://netbox.example: device 4711", ""},
		{"text of keys and source", known(fleetOf(deviceNamed("sw-1")), Origin{"config", "config.yml:12", []HostKey{{"ssh-ed25519", "SHA256:abc", "", "known_hosts:3"}}}),
			"GET /devices/sw-1?format=text", 200, "Host key ssh-ed25519 SHA256:abc Source config.yml:12", "insecure"},
		{"keys are not checked", known(fleetOf(deviceNamed("sw-1", func(s *poll.Status) { s.Device.HostKeys = "insecure" })), Origin{"config", "config.yml:12", nil}),
			"GET /devices/sw-1", 200, "Host key not checked (insecure) Source config.yml:12", ""},
		{"device that is down", fleetOf(deviceNamed("sw-1", down(failure.Auth, "log in: refused"))), "GET /devices/sw-1", 200,
			"for 1 min\nauth , 1 min ago . Next poll in about 3 min\nlog in: refused\nWhat auth means", ""},
		{"never reached", fleetOf(deviceNamed("sw-1", pending, func(s *poll.Status) { s.Polls, s.LastPoll, s.Reason, s.Err = 3, time.Now(), "connect", "no" })), "GET /devices/sw-1", 200,
			"no good poll yet, in 3 polls", "Host name"},
		{"disabled", fleetOf(deviceNamed("sw-1", pending, func(s *poll.Status) { s.Device.Disabled = true })), "GET /devices/sw-1", 200, "listed, but not polled", "Poll now"},
		{"of another replica", fleetOf(deviceNamed("sw-1", func(s *poll.Status) { s.Owner = "http://192.0.2.7:9733" })), "GET /devices/sw-1", 200,
			`href="http://192.0.2.7:9733/devices/sw-1"` + "\npolled by another replica\nits page at the replica that polls it", "Poll now\nIncomplete"},
		{"poll of another replica's device", fleetOf(deviceNamed("sw-1", func(s *poll.Status) { s.Owner = "http://192.0.2.7:9733" })), "GET /devices/sw-1?poll=refused", 200,
			"Not polled: another replica polls this device.", ""},
		{"a replica does not answer", silent(fleetOf(deviceNamed("sw-1")), "netver-1", "netver-2"), "GET /", 200,
			"Incomplete: devices of these replicas are missing, since they do not answer: netver-1, netver-2", ""},
		{"text, a replica does not answer", silent(fleetOf(deviceNamed("sw-1")), "netver-1", "netver-2"), "GET /?format=text", 200,
			"1 device, as of\nUTC Incomplete: devices of these replicas are missing, since they do not answer: netver-1, netver-2 1 all", ""},
		{"text of versions, a replica does not answer", silent(fleetOf(deviceNamed("sw-1")), "netver-1"), "GET /versions?format=text", 200, "1 platform, 1 version, as of\nUTC Incomplete: devices of these replicas are missing, since they do not answer: netver-1", ""},
		{"all replicas answer", silent(fleetOf(deviceNamed("sw-1"))), "GET /?format=text", 200, "1 device, as of", "Incomplete\nCluster lost\nReplicas differ"},
		{"not in the cluster yet", shared(fleetOf(), poll.Share{Inventory: 6, Cluster: &poll.Cluster{}}), "GET /?format=text", 200,
			"! Cluster lost This process is no member of its cluster\nIt polls 0 of 6 devices.\nNo device is polled here. The inventory has 6 devices, and this process has none of them now. A replica that joins",
			"inventory is empty\nNothing needs attention"},
		{"replicas differ", shared(fleetOf(deviceNamed("sw-1")), poll.Share{Inventory: 1, Owned: 1, Cluster: &poll.Cluster{Members: 2, Up: true, Mismatch: true}}), "GET /", 200,
			"Replicas differ Another replica has another configuration, inventory or password.", "Nothing needs attention"},
		{"joined a moment ago", shared(fleetOf(), poll.Share{Inventory: 6, Cluster: &poll.Cluster{Members: 1, Up: true}}), "GET /", 200,
			"No device is listed here yet\nNo device is polled here.", "Cluster lost\nNothing needs attention"},
		{"an empty shard", shared(fleetOf(), poll.Share{Inventory: 6}), "GET /", 200, "this process has none of them now.", "replica"},
		{"a shard", shared(fleetOf(deviceNamed("sw-1")), poll.Share{Inventory: 3, Owned: 1}), "GET /", 200, "polls 1 of 3 devices", ""},
		{"all of the inventory", shared(fleetOf(deviceNamed("sw-1")), poll.Share{Inventory: 1, Owned: 1}), "GET /", 200, "64 workers", "polls 1 of"},
		{"text of one that is down", fleetOf(deviceNamed("a", down(failure.Auth, "log in: refused"))), "GET /?format=text", 200, "auth: log in: refused", ""},
		{"unknown", fleetOf(deviceNamed("sw-1"), deviceNamed("sw-2"), deviceNamed("router")), "GET /devices/sw-3", 404, "No device sw-3\nDid you mean sw-1 , sw-2 ?", "router"},
		{"name with a slash", fleetOf(deviceNamed("a/b c")), "GET /devices/a%2Fb%20c", 200, "a/b c\ndevices/a%2Fb%20c/poll", ""},

		{"values that do not exist", one, "GET /?state=dwon&frob=1&sort=size&page=x&format=xml", 200,
			`state=&#34;dwon&#34;: want up, down, pending, disabled; unknown parameter &#34;frob&#34;; sort=&#34;size&#34;: want state, device` +
				"\nformat=&#34;xml&#34;: want text or html; page=&#34;x&#34;: want a whole number from 1 on\nNo device matches.", ""},
		{"a value too long", one, "GET /?model=" + strings.Repeat("*", 60_000), 200, "a value of model has 60000 characters; it may have 1024\nNo device matches.", "****"},
		{"many values", one, "GET /?model=a" + strings.Repeat("&model=a", 90) + "&model=C9300", 200, "model: a\nsw-1", ""},
		{"text of values that do not exist", one, "GET /?format=text&state=dwon", 200, "state=\"dwon\": want up, down, pending, disabled state: dwon No device matches.", ""},
		{"versions of what does not exist", one, "GET /versions?platform=cisco_iso&frob=1&sort=size", 200,
			`unknown parameter &#34;frob&#34; (known here: format, platform, sort); sort=&#34;size&#34;: want platform; platform=&#34;cisco_iso&#34;: there is no such platform (did you mean cisco_ios?)` +
				"\nNo device of cisco_iso is listed.", ""},
		{"a platform and a label that do not exist", one, "GET /?platform=cisco_iso&label.sit=ams1", 200,
			`platform=&#34;cisco_iso&#34;: there is no such platform (did you mean cisco_ios?); no device has a label &#34;sit&#34; (did you mean site?)` + "\nNo device matches.", ""},
		{"text of a value that no device has", one, "GET /?label.site=asm1&format=text", 200, `label.site="asm1": no device has it (did you mean ams1?)`, "<"},
		{"a group that does not exist, in the search", one, "GET /?q=group%3Dbarnch", 200, `group=&#34;barnch&#34;: there is no such group (did you mean branch?)`, ""},
		{"a parameter twice", one, "GET /?sort=device&sort=version", 200, "sort is given 2 times; once is enough\nsw-1", ""},
		{"a parameter that cannot be read", one, "GET /?a%zz&b;c&state=up", 200, "a parameter cannot be read: \nsw-1", ""},
		{"parameters of a device", one, "GET /devices/sw-1?frob=1&format=xml&poll=now", 200,
			`unknown parameter &#34;frob&#34; (known here: format, poll); format=&#34;xml&#34;: want text or html; poll=&#34;now&#34;: want refused`, ""},
		{"text of parameters of a device", one, "GET /devices/sw-1?frmat=xml&format=text", 200, `unknown parameter "frmat" (did you mean format?)`, "<"},
		{"text of versions of what does not exist", one, "GET /versions?platform=cisco_iso&format=text", 200, "No device of cisco_iso is listed.", ""},
		{"no problem", one, "GET /?state=up&page=2&format=text", 200, "sw-1", "want"},

		{"text", one, "GET /?format=text", 200, "1 device, as of \n1 all, 1 up, 0 down, 0 pending, 0 disabled\n1–1 of 1", "<"},
		{"text of a device", one, "GET /devices/sw-1?format=text", 200, "sw-1: Up, as of\ncisco_ios, C9300, 10.0.0.1:22, group branch, site=ams1\nPolls 5, of which 0 failed", "<td"},
		{"text of nobody", one, "GET /devices/sw-3?format=text", 404, "no device \"sw-3\" in the inventory did you mean sw-1?", "<td"},
		{"text of versions", one, "GET /versions?format=text", 200, "1 platform, 1 version, as of\ncisco_ios, 1\n17.9.4a 1", "<td"},
		{"text of no device", one, "GET /?format=text&q=nobody", 200, "search: nobody No device matches. Clear all filters", "<td"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := tc.fleet.get(t, tc.request)
			body := w.Body.String()
			if w.Code != tc.status {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
			for text := range strings.Lines(tc.has) {
				plain := strings.TrimSpace(strings.NewReplacer("● ", "").Replace(text))
				if !strings.Contains(shown(body), plain) && !strings.Contains(body, plain) {
					t.Errorf("without %q:\n%s", plain, shown(body))
				}
			}
			for text := range strings.Lines(tc.not) {
				if text = strings.TrimSpace(text); strings.Contains(body, text) {
					t.Errorf("with %q:\n%s", text, body)
				}
			}
		})
	}
}

// TestFindings has every kind of finding at once, and asks for the first six.
func TestFindings(t *testing.T) {
	x := fleetOf(
		deviceNamed("a", down(failure.HostKeyChanged, "host key is SHA256:x")),
		deviceNamed("b", down(failure.Paused, "paused")),
		deviceNamed("c", judged(version.Verdict{Denied: []version.Denial{{Note: "CVE-1"}, {Note: "CVE-2"}, {Note: "CVE-3"}, {Note: "CVE-4"}}})),
	)
	x.loaded = false
	x.snapshot.Logins = map[string]logins.State{"netops": {Paused: true, Tries: 3, Next: time.Now().Add(4*time.Minute + 30*time.Second)}, "other": {}}
	x.snapshot.Sources = []inventory.Status{{Group: "branch", Source: "netbox", Devices: 2, LastSuccess: time.Now().Add(-2 * time.Hour), Err: "401 Unauthorized"}, {Group: "branch", Source: "csv", Devices: 1}}
	x.snapshot.Sweeps["branch"] = poll.Sweeps{Skipped: 4, LastSkip: time.Now().Add(-9 * time.Minute), Duration: 320 * time.Second, Interval: 5 * time.Minute}
	x.snapshot.Sweeps["old"] = poll.Sweeps{Skipped: 4, LastSkip: time.Now().Add(-2 * time.Hour)}
	text := shown(x.get(t, "GET /").Body.String())
	for _, want := range []string{
		"Needs attention 6 Configuration not loaded The file has an error, which the log tells; that of 14 Nov 2023 UTC stays in force.",
		"Credential paused netops : refused 3 times, 1 device wait, next try in 4 min.",
		"Host key changed a : no facts until the new key is accepted, by netver_exporter hostkey accept.",
		"Denied version 1 device CVE-1, 1 device CVE-2, 1 device CVE-3 and 1 more",
		"Source stale netbox of group branch: no list for 2 h (401 Unauthorized). Its 2 devices stay.",
		"Sweeps skipped group branch : 4 in all, the last 9 min ago; a sweep takes 5 min 20 s, the interval is 5 min.",
		"Last hour 2 went down",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
	for _, not := range []string{"group old", "csv", "other"} {
		if strings.Contains(text, not) {
			t.Errorf("with %q:\n%s", not, text)
		}
	}
	x.snapshot.Sources[1].Err = "no such file"
	if text := shown(x.get(t, "GET /").Body.String()); !strings.Contains(text, "Needs attention 7") || !strings.Contains(text, "and 1 more Last hour") || strings.Contains(text, "Sweeps skipped") {
		t.Errorf("of seven findings not the first six:\n%s", text)
	}
}

// TestAddresses has addresses made short: a form sends all of its fields.
func TestAddresses(t *testing.T) {
	x := fleetOf(deviceNamed("sw-1"))
	for request, want := range map[string]string{
		"/?q=&state=down&sort=state&label.site=&page=1": "./?state=down",
		"/?q=":                             "./?",
		"/?state=down&sort=-uptime&page=2": "",
		"/":                                "",
	} {
		w := x.get(t, "GET "+request)
		if got := w.Header().Get("Location"); got != want || (w.Code == http.StatusFound) != (want != "") {
			t.Errorf("%s leads to %q with %d, want %q", request, got, w.Code, want)
		}
	}
	q, _ := fleet.Parse(url.Values{"state": {"down", "pending"}, "q": {"x"}, "sort": {"state"}})
	var got []string
	for _, c := range chips(q) {
		got = append(got, c.Text+" "+c.Href)
	}
	want := "search: x ?state=down&state=pending, state: down ?q=x&state=pending, state: pending ?q=x&state=down"
	if strings.Join(got, ", ") != want {
		t.Errorf("chips %q, want %q", strings.Join(got, ", "), want)
	}
}

// TestUnchanged has a page be the same as long as what it shows is, whatever the clock says.
func TestUnchanged(t *testing.T) {
	x := fleetOf(deviceNamed("sw-1", func(s *poll.Status) { s.LastPoll = time.Now().Add(-10*day - time.Hour) }))
	first := x.get(t, "GET /")
	tag := first.Header().Get("ETag")
	for _, have := range []string{tag, `"other", ` + tag} {
		if w := x.get(t, "GET /", "If-None-Match: "+have); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("with %s: %d", have, w.Code)
		}
	}
	if text := x.get(t, "GET /", "Accept: text/plain"); text.Header().Get("ETag") == tag || !strings.HasPrefix(text.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("as text: %v", text.Header())
	}
	if browser := x.get(t, "GET /", "Accept: text/html, text/plain"); !strings.HasPrefix(browser.Header().Get("Content-Type"), "text/html") {
		t.Errorf("for a browser: %v", browser.Header())
	}
	x.snapshot.Devices[0] = deviceNamed("sw-1", pending)
	if w := x.get(t, "GET /", "If-None-Match: "+tag); w.Code != http.StatusOK {
		t.Errorf("after a change: %d", w.Code)
	}
}

func TestPollNow(t *testing.T) {
	before := deviceNamed("sw 1")
	after := deviceNamed("sw 1", func(s *poll.Status) { s.LastPoll = time.Now() })
	for name, tc := range map[string]struct {
		device string
		result *poll.Status
		status int
		to     string
	}{
		"polled":               {"sw%201", after, 303, "../sw%201"},
		"left alone":           {"sw%201", before, 303, "../sw%201?poll=refused"},
		"not in the inventory": {"nobody", nil, 404, ""},
	} {
		x := fleetOf(before)
		x.poll = func(string) *poll.Status { return tc.result }
		w := x.get(t, "POST /devices/"+tc.device+"/poll")
		if w.Code != tc.status || w.Header().Get("Location") != tc.to {
			t.Errorf("%s: %d to %q", name, w.Code, w.Header().Get("Location"))
		}
	}
	x := fleetOf(before)
	for want, change := range map[string]func(){
		"other polls come first":                func() {},
		"left alone for 3 min 20 s more, until": func() { x.history.Until = time.Now().Add(200*time.Second + time.Second/2) },
		"the credential netops is paused":       func() { x.snapshot.Logins = map[string]logins.State{"netops": {Paused: true}} },
		"Not polled: the device is disabled":    func() { x.snapshot.Devices[0] = deviceNamed("sw 1", func(s *poll.Status) { s.Device.Disabled = true }) },
	} {
		x.history, x.snapshot.Logins, x.snapshot.Devices = poll.History{}, nil, []*poll.Status{before}
		change()
		if text := shown(x.get(t, "GET /devices/sw%201?poll=refused").Body.String()); !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
}

// TestDevice has a page with all that it can show.
func TestDevice(t *testing.T) {
	yes := true
	s := deviceNamed("sw-1", down(failure.Disconnect, "the device ended the session"), judged(version.Verdict{
		Rule: "campus", Compliant: version.No, Why: "rule campus wants 17.12.4", Denied: []version.Denial{{Note: "CVE-1", Severity: "high"}},
		Undecided: []version.Denial{{Note: "CVE-2"}}, EOL: &version.EOL{Release: "17.9", Time: time.Date(2099, 8, 31, 0, 0, 0, 0, time.UTC)},
	}))
	s.Facts.NextBoot, s.Facts.NextBootDiffers, s.Facts.ReloadReason = "packages.conf", &yes, "Reload Command"
	s.Facts.Members = []parser.Member{{Name: "1", Role: "active", Version: "17.9.4a"}, {Name: "2", Serial: "FOC2", Version: "17.6.5", Differs: true}}
	x := fleetOf(s)
	x.history = poll.History{
		Polls: []poll.Past{
			{Start: s.LastPoll, Duration: 12 * time.Second, Reason: failure.Disconnect, Phases: []poll.Phase{{Name: "auth", Duration: 300 * time.Millisecond}, {Name: "command", Command: "show version", Duration: 11500 * time.Millisecond, Failed: true}}},
			{Start: s.LastPoll.Add(-5 * time.Minute), Duration: 1200 * time.Millisecond, Phases: []poll.Phase{{Name: "auth", Duration: 200 * time.Millisecond}, {Name: "command", Command: "show version", Duration: 900 * time.Millisecond}}},
		},
		Versions: []poll.VersionChange{{At: s.LastPoll.Add(-day), From: "16.12.8", To: "17.9.4a"}},
		Reboots:  []poll.Reboot{{At: s.LastPoll.Add(-day), Reason: "power failure"}},
		Failed:   &poll.Session{Cut: true, Pieces: []poll.Piece{{At: 431 * time.Millisecond, Text: "sw-1> \x1b[2J<b>\r\n"}, {At: 549 * time.Millisecond, Sent: true, Text: "show version\n"}}},
	}
	body := x.get(t, "GET /devices/sw-1").Body.String()
	text := shown(body)
	for _, want := range []string{
		"disconnect in show version , 1 min ago", "for 1 min, 1 poll", "17.9.4a denied", "Rule campus wants 17.12.4.", "17.9 ends 31 Aug 2099, in",
		"Denied: CVE-1, high", "Cannot be compared with CVE-2", "Boots another image next: packages.conf", "1 of 2 members run another version",
		"Last reload Reload Command", "down", "rebooted: power failure", "version 16.12.8 → 17.9.4a",
		"Last 2 polls the full width is 3.0 s", "auth 200 ms show version 900 ms failed here", "disconnect in show version 12.0 s",
		"what came before is not kept", `0.431 &lt; sw-1&gt; \x1b[2J&lt;b&gt;`, "0.549 &gt; show version Stopped here: the device ended the session",
		"2 FOC2 17.6.5 differs",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
	if !strings.Contains(body, `<rect class="ph0" x="9.70%" width="87.15%" height="14"><title>show version 11.5 s</title></rect><text x="98.4%"`) {
		t.Errorf("the phase that failed is not cut at the width:\n%s", body)
	}
	plain := x.get(t, "GET /devices/sw-1?format=text").Body.String()
	for _, want := range []string{"disconnect in show version, 1 min ago.", `0.431 < sw-1> \x1b[2J<b>`, "version 16.12.8 → 17.9.4a", "17.6.5"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the text is without %q:\n%s", want, plain)
		}
	}
}

// TestVersions has rules that judge, will judge and have judged, and more versions than fit.
func TestVersions(t *testing.T) {
	rule := func(name string, from, until time.Time, want ...string) version.Rule {
		r := version.Rule{Name: name, From: from, Until: until}
		r.Match, _ = version.ParseMatch(map[string]string{"platform": "cisco_ios", "role": "access*"})
		for _, w := range want {
			spec, _ := version.ParseSpec(w)
			r.Want = append(r.Want, spec)
		}
		return r
	}
	year := time.Now().Year()
	from, until := time.Date(year-1, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(year+2, 3, 1, 0, 0, 0, 0, time.UTC)
	ended := time.Date(2019, 5, 2, 0, 0, 0, 0, time.UTC)
	var devices []*poll.Status
	for i := range 40 {
		v := version.Verdict{Rule: "now", Planned: "wave", Compliant: version.Yes}
		if i < 10 {
			v.Compliant, v.EOL = version.No, &version.EOL{Release: "1.1", Time: ended}
		}
		if i == 39 {
			v.Denied = []version.Denial{{Note: "CVE-1", Severity: "critical"}}
		}
		devices = append(devices, deviceNamed(fmt.Sprintf("sw-%02d", i), judged(v), func(s *poll.Status) { s.Facts.Version = fmt.Sprintf("1.%d", min(i, 20+i/20)) }))
	}
	x := fleetOf(devices...)
	x.policy.Rules = []version.Rule{rule("now", from, until, "1.21", "1.22"), rule("wave", until, time.Time{}, "1.21"), rule("past", time.Time{}, ended), rule("idle", time.Time{}, time.Time{}, "2")}
	text := shown(x.get(t, "GET /versions").Body.String())
	for _, want := range []string{
		"30 Compliant 10 Not compliant 1 Denied 10 End of life 0 Unknown 0 No rule",
		"Denied 1 device", "CVE-1 critical cisco_ios 1.21 1",
		fmt.Sprintf("now judges since 1 Oct %d platform=cisco_ios role=access* wants 1.21 or 1.22 30 of 40, 75%% 10 left until 1 Mar %d", year-1, year+2),
		fmt.Sprintf("wave planned, from 1 Mar %d platform=cisco_ios role=access* wants 1.21 19 of 40, 48%% 21 left does not judge yet", year+2),
		"past ended 2 May 2019 platform=cisco_ios role=access* wants any version that it does not deny no device is judged by it idle judges platform=cisco_ios", "idle judges platform=cisco_ios role=access* wants 2 no device is judged by it no end",
		"Platforms and versions 1 platform, 22 versions; newest first", "10 more 10", "cisco_ios 1.1 10 ended 2 May 2019",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
	whole := shown(x.get(t, "GET /versions?platform=cisco_ios").Body.String())
	if !strings.Contains(whole, "Versions of cisco_ios all platforms") || strings.Contains(whole, "more") || !strings.Contains(whole, "1.19 1") {
		t.Errorf("of one platform there are not all versions:\n%s", whole)
	}
}

// TestLargestPage bounds a page of failures, whatever the devices say.
func TestLargestPage(t *testing.T) {
	for name, letter := range map[string]string{"words": "w", "quotes": `"`, "umlauts": "ü"} {
		var devices []*poll.Status
		for i := range 300 {
			message := fmt.Sprintf("%c%c ", 'a'+i%26, 'a'+i/26) + strings.Repeat(letter, 990)
			devices = append(devices, deviceNamed(fmt.Sprintf("ams1-access-floor2-switch-%04d", i), down(failure.HostKeyChanged, message), judged(version.Verdict{Rule: "r", Compliant: version.No}),
				func(s *poll.Status) {
					s.Facts.Model, s.Facts.Version = "DCS-7280CR3-32P4-F", "V200R010C00SPC600"
					s.Device.Labels = []inventory.Label{{Name: "role", Value: "access"}, {Name: "site", Value: "amsterdam1"}}
				}))
		}
		w := fleetOf(devices...).get(t, "GET /")
		if n := w.Body.Len(); n > 60<<10 || strings.Count(w.Body.String(), `class="why"`) != pageSize {
			t.Errorf("%s: %d bytes, want at most %d", name, n, 60<<10)
		}
	}
}

// TestAccept asks in the words of browsers and of others.
func TestAccept(t *testing.T) {
	x := fleetOf(deviceNamed("sw-1"))
	for accept, text := range map[string]bool{
		"": false, "*/*": false, "text/*": false, "text/html,application/xhtml+xml,*/*;q=0.8": false, "application/json": false, "garbage;;;==,": false,
		"text/plain": true, "TEXT/plain; charset=utf-8": true, "text/plain;q=0": false, "text/plain;q=0.5, */*;q=0.1": true,
		"text/html;q=0.5, text/plain": true, "text/plain;q=0.1, text/html": false, "text/plain;q=x": true, "text/plain" + strings.Repeat(",x/y", 3000): true,
	} {
		w := x.get(t, "GET /", "Accept: "+accept)
		if got := strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain"); got != text || w.Code != 200 || w.Header().Get("Vary") != "Accept" {
			t.Errorf("Accept: %.60s: %d %v", accept, w.Code, w.Header())
		}
	}
}

func TestAssets(t *testing.T) {
	x := fleetOf(deviceNamed("sw-1"))
	found := regexp.MustCompile(`(?:href|src)="\./(assets/[^"]+)"`).FindAllStringSubmatch(x.get(t, "GET /").Body.String(), -1)
	if len(found) != 3 {
		t.Fatalf("the page names %d files", len(found))
	}
	for _, f := range found {
		w := x.get(t, "GET /"+f[1])
		if w.Code != 200 || w.Body.Len() == 0 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %v", f[1], w.Code, w.Header())
		}
	}
	if w := x.get(t, "GET /"+found[1][1], "Range: bytes="+strings.Repeat("0-0,", 2000)+"1-1"); w.Code != 200 || w.Body.Len() != x.get(t, "GET /"+found[1][1]).Body.Len() {
		t.Errorf("many ranges of a file: %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := x.get(t, "GET /assets/style.css"); w.Code != 404 {
		t.Errorf("without its hash a file is there: %d", w.Code)
	}
}

// Every reason that a device's page links to is explained, and nothing else is.
func TestReasonsAreExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, m := range regexp.MustCompile(`(?m)^## (\S+)$`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
	}
	for _, r := range failure.Reasons {
		want = append(want, string(r))
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/reasons.md explains %q, want %q", got, want)
	}
}
