package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/go-cmp/cmp"

	"github.com/netver/netver_exporter/failure"
	"github.com/netver/netver_exporter/fleet"
	"github.com/netver/netver_exporter/inventory"
	"github.com/netver/netver_exporter/logins"
	"github.com/netver/netver_exporter/parser"
	"github.com/netver/netver_exporter/poll"
	"github.com/netver/netver_exporter/version"
)

// everything is a fleet of which all is known that the API can tell.
func everything() (poll.Snapshot, poll.History) {
	at := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	s := fewDevices{}.Snapshot()
	s.Devices[0].Verdict = &version.Verdict{
		Rule: "dc", Wanted: "17.12", Planned: "wave", Why: "it runs another", Compliant: version.No,
		Denied: []version.Denial{{Note: "CVE-1", Severity: "high"}}, Undecided: []version.Denial{{Note: "CVE-2", Severity: "low"}},
		EOL: &version.EOL{Release: "15.2", Time: at},
	}
	failing := *s.Devices[0]
	failing.Device.Name, failing.Device.Address, failing.Revision = "lab 3/core", "[2001:db8::3]:22", 3
	failing.Since, failing.Owner = at, "http://192.0.2.7:9733"
	failing.Reason, failing.Err = failure.Auth, "log in: refused"
	failing.Facts = parser.Facts{
		Version: "15.2(7)E", Model: "C2960", Serial: "FCH1", Hostname: "core", Patch: "P1", ReloadReason: "power on", NextBoot: "15.4",
		NextBootDiffers: new(true), Gauges: map[string]float64{"fans": 2},
		Members: []parser.Member{{Name: "1", Role: "active", Model: "C2960", Serial: "FCH1", Version: "15.2(7)E", Differs: true}},
	}
	s.Devices = []*poll.Status{&failing, s.Devices[0], s.Devices[1]}
	slices.SortFunc(s.Devices, func(a, b *poll.Status) int { return strings.Compare(a.Device.Name, b.Device.Name) })
	s.Failures = map[failure.Reason]uint64{}
	for _, r := range failure.Reasons {
		s.Failures[r] = 1
	}
	s.Sweeps = map[string]poll.Sweeps{"site1": {Done: 1, Skipped: 1, Duration: time.Second}, "site2": {}}
	s.Logins = map[string]logins.State{"netops": {Paused: true, Allowed: 1, Next: at, Logins: map[logins.Verdict]uint64{logins.Accepted: 1, logins.Refused: 1}}}
	s.Sources = []inventory.Status{{Group: "site1", Source: "csv", Devices: 1, LastSuccess: at, Failures: 1, Err: "no route to host"}, {Group: "site1", Source: "netbox"}}
	s.Share = poll.Share{Inventory: 10, Cluster: &poll.Cluster{Members: 2, Up: true, Changes: 1, Silent: []string{"netver-2"}}}
	return s, poll.History{
		Until: at,
		Polls: []poll.Past{{Start: at, Duration: time.Second, Reason: failure.Auth, Phases: []poll.Phase{
			{Name: "connect", Duration: time.Second}, {Name: "command", Command: "show version", Duration: time.Second, Failed: true},
		}}},
		Versions: []poll.VersionChange{{At: at, From: "15.0", To: "15.2"}},
		Reboots:  []poll.Reboot{{At: at, Booted: at.Add(-time.Hour), Reason: "reload"}},
		Failed:   &poll.Session{Cut: true, Pieces: []poll.Piece{{At: time.Second, Sent: true, Text: "show version\n"}}},
	}
}

// apiRequests are made of the API; together they bring about every answer that there is.
var apiRequests = []struct {
	request string
	status  int
}{
	{"GET /api/v1/devices", 200},
	{"HEAD /api/v1/devices", 200},
	{"GET /api/v1/devices?limit=1&sort=-version", 200},
	{"GET /api/v1/devices?q=core&state=down&state=up&verdict=denied&reason=auth&changed=down&label.site=oslo&platform=cisco_*", 200},
	{"GET /api/v1/devices?limit=0", 400},
	{"GET /api/v1/devices?limit=many", 400},
	{"GET /api/v1/devices?cursor=nonsense", 400},
	{"GET /api/v1/devices?state=broken", 400},
	{"GET /api/v1/devices?sort=colour", 400},
	{"GET /api/v1/devices?model=" + strings.Repeat("*", 1025), 400},
	{"GET /api/v1/devices?colour=red", 400},
	{"GET /api/v1/devices?a;b", 400},
	{"GET /api/v1/devices?platform=cisco_iso", 400},
	{"GET /api/v1/devices?q=group=site9", 400},
	{"GET /api/v1/devices?limit=1&limit=2", 400},
	{"GET /api/v1/devices?label.site=olso", 200},
	{"POST /api/v1/devices", 405},
	{"GET /api/v1/devices/lab-1", 200},
	{"GET /api/v1/devices/lab%203%2Fcore", 200},
	{"GET /api/v1/devices/nobody", 404},
	{"GET /api/v1/devices/lab-1?colour=red", 400},
	{"DELETE /api/v1/devices/lab-1", 405},
	{"GET /api/v1/versions", 200},
	{"GET /api/v1/versions?colour=red", 400},
	{"PUT /api/v1/versions", 405},
	{"GET /api/v1/status", 200},
	{"GET /api/v1/status?colour=red", 400},
	{"PUT /api/v1/status", 405},
	{"GET /api/v1/targets", 200},
	{"GET /api/v1/targets?port=9116", 200},
	{"GET /api/v1/targets?port=0", 400},
	{"GET /api/v1/targets?colour=red", 400},
	{"PUT /api/v1/targets", 405},
	{"GET /api/v1/openapi.yaml", 200},
	{"GET /api/v1/openapi.yaml?colour=red", 400},
	{"PUT /api/v1/openapi.yaml", 405},
}

// TestOpenAPI holds the API and its description together: every route, parameter, field and error of the one is in the other.
func TestOpenAPI(t *testing.T) {
	doc := loadDescription(t)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	h := newAPI(t)
	seen := fields{unknown: map[string]bool{}, known: map[string]bool{}}
	answers := map[string]map[string]bool{}
	for _, tt := range apiRequests {
		method, url, _ := strings.Cut(tt.request, " ")
		w := request(h, method, url, nil)
		if w.Code != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.request, w.Code, tt.status, w.Body)
			continue
		}
		route, path := findRoute(t, router, url)
		if answers[route.Path] == nil {
			answers[route.Path] = map[string]bool{}
		}
		answers[route.Path][fmt.Sprint(w.Code)] = true
		if w.Code == http.StatusOK {
			again := request(h, method, url, http.Header{"If-None-Match": {`"other", ` + w.Header().Get("ETag")}})
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("%s with its ETag again: status %d, %d bytes", tt.request, again.Code, again.Body.Len())
			}
			answers[route.Path]["304"] = true
		}
		checkAnswer(t, tt.request, route, path, w)
		if method == http.MethodHead || w.Header().Get("Content-Type") == "application/yaml" {
			continue
		}
		var body any
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatalf("%s: %v", tt.request, err)
		}
		response := route.Operation.Responses.Value(fmt.Sprint(w.Code))
		if response == nil { // it has been said
			continue
		}
		seen.walk("", response.Value.Content["application/json"].Schema, body)
	}
	for path, item := range doc.Paths.Map() {
		documented := slices.Sorted(maps.Keys(item.Get.Responses.Map()))
		if diff := cmp.Diff(documented, slices.Sorted(maps.Keys(answers[path]))); diff != "" {
			t.Errorf("%s: answers (-described +given):\n%s", path, diff)
		}
	}
	for field := range seen.unknown {
		t.Errorf("field %s is not described", field)
	}
	for name, schema := range doc.Components.Schemas {
		for field := range schema.Value.Properties {
			if at := name + "." + field; !seen.known[at] {
				t.Errorf("field %s is described, and no answer has it", at)
			}
		}
	}
	compareEnums(t, doc)
}

// checkAnswer validates an answer, its headers included, as the description has it.
func checkAnswer(t *testing.T, name string, route *routers.Route, parameters map[string]string, w *httptest.ResponseRecorder) {
	t.Helper()
	method, url, _ := strings.Cut(name, " ")
	in := &openapi3filter.RequestValidationInput{Request: httptest.NewRequest(method, url, nil), PathParams: parameters, Route: route}
	if w.Code == http.StatusOK {
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("%s is served, and does not fit its description: %v", name, err)
		}
	}
	if method == http.MethodHead {
		return
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header()}
	out.SetBodyBytes(w.Body.Bytes())
	out.Options = &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true}
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("%s: the answer does not fit its description: %v", name, err)
	}
}

// findRoute finds what describes a URL, whatever the method.
func findRoute(t *testing.T, router routers.Router, url string) (*routers.Route, map[string]string) {
	t.Helper()
	address, _, _ := strings.Cut(url, "?")
	route, parameters, err := router.FindRoute(httptest.NewRequest(http.MethodGet, strings.ReplaceAll(address, "%2F", "-"), nil))
	if err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return route, parameters
}

// fields are those of answers, as "Schema.field".
type fields struct{ unknown, known map[string]bool }

// walk notes the fields of a value. name is that of the schema it has, if that has one.
func (f fields) walk(name string, schema *openapi3.SchemaRef, value any) {
	if i := strings.LastIndexByte(schema.Ref, '/'); i >= 0 {
		name = schema.Ref[i+1:]
	}
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			f.walk(name, schema.Value.Items, v)
		}
	case map[string]any:
		for field, v := range value {
			owner, of := owner(name, schema, field)
			switch {
			case of != nil:
				f.known[owner+"."+field] = true
				f.walk(owner+"."+field, of, v)
			case schema.Value.AdditionalProperties.Schema != nil:
				f.walk(name, schema.Value.AdditionalProperties.Schema, v)
			default:
				f.unknown[name+"."+field] = true
			}
		}
	}
}

// owner finds the schema of a field, and the name of the one that has it.
func owner(name string, schema *openapi3.SchemaRef, field string) (string, *openapi3.SchemaRef) {
	if i := strings.LastIndexByte(schema.Ref, '/'); i >= 0 {
		name = schema.Ref[i+1:]
	}
	if of := schema.Value.Properties[field]; of != nil {
		return name, of
	}
	for _, part := range schema.Value.AllOf {
		if name, of := owner(name, part, field); of != nil {
			return name, of
		}
	}
	return name, nil
}

// compareEnums holds lists of words to those of the program.
func compareEnums(t *testing.T, doc *openapi3.T) {
	t.Helper()
	reasons := make([]string, len(failure.Reasons))
	for i, r := range failure.Reasons {
		reasons[i] = string(r)
	}
	for name, want := range map[string][]string{
		"Reason": reasons, "State": {string(poll.Up), string(poll.Down), string(poll.Pending), string(poll.Disabled)},
	} {
		if diff := cmp.Diff(want, words(doc.Components.Schemas[name])); diff != "" {
			t.Errorf("words of %s (-program +described):\n%s", name, diff)
		}
	}
}

func words(s *openapi3.SchemaRef) (all []string) {
	for _, w := range s.Value.Enum {
		all = append(all, w.(string))
	}
	return all
}

// TestOpenAPIParameters holds the description to the table of filters, and its paths to the table of endpoints.
func TestOpenAPIParameters(t *testing.T) {
	doc := loadDescription(t)
	var served []string
	for _, e := range endpoints {
		if strings.HasPrefix(path(e.pattern), "/api/v1/") {
			served = append(served, path(e.pattern))
		}
	}
	slices.Sort(served)
	if diff := cmp.Diff(served, slices.Sorted(maps.Keys(doc.Paths.Map()))); diff != "" {
		t.Errorf("paths (-served +described):\n%s", diff)
	}
	want := map[string][]string{"q": nil, "label.NAME": nil, "sort": nil, "limit": nil, "cursor": nil}
	for _, p := range fleet.Parameters {
		want[p.Name] = slices.Sorted(slices.Values(p.Words))
	}
	described := map[string][]string{}
	for _, p := range doc.Paths.Value("/api/v1/devices").Get.Parameters {
		described[p.Value.Name] = nil
		if items := p.Value.Schema.Value.Items; items != nil {
			described[p.Value.Name] = slices.Sorted(slices.Values(words(items)))
		}
		if p.Value.Name != "sort" {
			continue
		}
		pattern := regexp.MustCompile(p.Value.Schema.Value.Pattern)
		for _, word := range append(fleet.SortWords(), "label.site", "-version") {
			if !pattern.MatchString(word) {
				t.Errorf("sort=%s is not described", word)
			}
		}
		if n := strings.Count(p.Value.Schema.Value.Pattern, "|"); n != len(fleet.SortWords()) {
			t.Errorf("%d sorts are described, want %d and labels", n, len(fleet.SortWords()))
		}
	}
	if diff := cmp.Diff(want, described); diff != "" {
		t.Errorf("parameters of /api/v1/devices (-served +described):\n%s", diff)
	}
}

func loadDescription(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(description)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.FileBodyDecoder)
	return doc
}

// newAPI serves everything.
func newAPI(t *testing.T) http.Handler {
	t.Helper()
	snapshot, history := everything()
	c := newConfig()
	c.Views = fleet.NewCache(func(context.Context) poll.Snapshot { return snapshot }, noOrder, noNames)
	c.History = func(string) (poll.History, bool) { return history, true }
	c.Origin = func(*poll.Status) Origin {
		return Origin{Source: "csv:router.db", Place: "router.db:12", HostKeys: []HostKey{{Type: "ssh-ed25519", Fingerprint: "SHA256:abc", Mark: "@revoked", Place: "known_hosts:3"}}}
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func request(h http.Handler, method, url string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, bytes.NewReader(nil))
	maps.Copy(r.Header, header)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestExamples asks what the documentation asks.
func TestExamples(t *testing.T) {
	h := newAPI(t)
	asked := 0
	for _, file := range []string{"../docs/api.md", "../README.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, url := range regexp.MustCompile(`(?:localhost:9733|\| .)(/api/v1/[^'`+"`"+`]*)`).FindAllStringSubmatch(string(text), -1) {
			asked++
			if w := request(h, "GET", strings.ReplaceAll(url[1], "core-1", "lab-1"), nil); w.Code != http.StatusOK {
				t.Errorf("%s: %s: status %d: %s", file, url[1], w.Code, w.Body)
			}
		}
	}
	if asked < 10 {
		t.Errorf("only %d examples were found", asked)
	}
}
