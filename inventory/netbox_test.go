package inventory

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	promconfig "github.com/prometheus/common/config"
)

// netBoxServer answers as NetBox does: pages of 1,000 devices at most, from a cursor on or by offset.
type netBoxServer struct {
	*httptest.Server
	devices  []map[string]any
	old      bool // before 4.6: knows no cursor
	requests int
	cached   map[string][]byte                                 // answers by address; nil: they are made each time
	wrong    func(w http.ResponseWriter, r *http.Request) bool // answers instead
}

func newNetBox(t testing.TB, devices []map[string]any) *netBoxServer {
	s := &netBoxServer{devices: devices}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *netBoxServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	query := r.URL.Query()
	switch {
	case s.wrong != nil && s.wrong(w, r):
		return
	case r.URL.Path != "/api/dcim/devices/":
		http.NotFound(w, r)
		return
	case r.Header.Get("Authorization") != "Token 0123":
		http.Error(w, `{"detail": "Invalid token"}`, http.StatusUnauthorized)
		return
	case !s.old && query.Has("start") && query.Has("offset"):
		http.Error(w, "start and offset", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if text, ok := s.cached[r.URL.String()]; ok {
		w.Write(text)
		return
	}
	limit := 1000
	if n, err := strconv.Atoi(query.Get("limit")); err == nil {
		limit = min(n, limit)
	}
	word := "offset"
	answer := map[string]any{"count": len(s.devices), "next": nil, "previous": nil}
	if query.Has("start") && !s.old {
		word, answer["count"] = "start", nil
	}
	first, _ := strconv.Atoi(query.Get(word))
	last := min(first+limit, len(s.devices))
	answer["results"] = append([]map[string]any{}, s.devices[first:last]...)
	if last < len(s.devices) {
		query.Set(word, strconv.Itoa(last))
		answer["next"] = s.URL + r.URL.Path + "?" + query.Encode()
	}
	text, _ := json.Marshal(answer)
	if s.cached != nil {
		s.cached[r.URL.String()] = text
	}
	w.Write(text)
}

// netBoxDevices makes n devices that have all that NetBox tells.
func netBoxDevices(n int) []map[string]any {
	devices := make([]map[string]any, n)
	for i := range devices {
		devices[i] = map[string]any{
			"id": i + 1, "name": fmt.Sprintf("sw-%05d", i), "status": map[string]any{"value": "active", "label": "Active"}, "serial": fmt.Sprintf("SN%d", i),
			"platform":      map[string]any{"id": 1, "name": "Cisco IOS", "slug": "cisco_ios"},
			"primary_ip4":   map[string]any{"address": fmt.Sprintf("10.%d.%d.%d/24", i>>16, i>>8&255, i&255), "family": 4},
			"primary_ip6":   map[string]any{"address": fmt.Sprintf("2001:db8::%x/64", i), "family": 6},
			"site":          map[string]any{"id": 1, "name": "Site 1", "slug": "site-1"},
			"role":          map[string]any{"id": 1, "name": "Access", "slug": "access"},
			"device_type":   map[string]any{"model": "C9300", "slug": "c9300", "manufacturer": map[string]any{"name": "Cisco", "slug": "cisco"}},
			"tags":          []any{map[string]any{"name": "A", "slug": "a"}, map[string]any{"name": "B", "slug": "b"}},
			"custom_fields": map[string]any{"Owner Team": "net", "unset": nil, "count": 3, "list": []string{"x"}},
		}
	}
	return devices
}

// plainClient sends a token to the server, as the configuration makes it.
func plainClient(t testing.TB, header, value string) *Client {
	t.Helper()
	c, err := NewClient(promconfig.DefaultHTTPClientConfig, "netver_exporter/test")
	if err != nil {
		t.Fatal(err)
	}
	return c.With(header, value)
}

func TestNetBox(t *testing.T) {
	for _, old := range []bool{false, true} {
		server := newNetBox(t, netBoxDevices(5000))
		server.old = old
		s := NetBox{URL: server.URL + "/", Client: plainClient(t, "Authorization", NetBoxToken("0123"))}
		lines, problems, err := read(s, "")
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		if len(lines) != 5000 || server.requests != 5 {
			t.Errorf("old %v: %d devices in %d requests", old, len(lines), server.requests)
		}
		want := server.URL + "/api/dcim/devices/[4999] sw-04999 __address__=10.0.19.135 __meta_netbox_custom_field_count=3 __meta_netbox_custom_field_list=[\"x\"] " +
			"__meta_netbox_custom_field_owner_team=net __meta_netbox_device_type=C9300 __meta_netbox_device_type_slug=c9300 __meta_netbox_id=5000 " +
			"__meta_netbox_manufacturer=Cisco __meta_netbox_manufacturer_slug=cisco __meta_netbox_name=sw-04999 __meta_netbox_platform=Cisco IOS " +
			"__meta_netbox_platform_slug=cisco_ios __meta_netbox_primary_ip4=10.0.19.135 __meta_netbox_primary_ip6=2001:db8::1387 __meta_netbox_role=Access " +
			"__meta_netbox_role_slug=access __meta_netbox_serial=SN4999 __meta_netbox_site=Site 1 __meta_netbox_site_slug=site-1 __meta_netbox_status=active " +
			"__meta_netbox_tag_slugs=a,b __meta_netbox_tags=A,B platform=cisco_ios"
		if diff := cmp.Diff(want, lines[4999]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestNetBoxDevices(t *testing.T) {
	devices := netBoxDevices(8)
	devices[1]["primary_ip4"] = nil
	devices[2]["name"] = nil
	devices[3]["name"] = nil
	devices[3]["virtual_chassis"] = map[string]any{"id": 7, "name": "stack"}
	for _, i := range []int{4, 5} { // a member without an address, of a stack that has one, and of one that has none
		devices[i]["primary_ip4"], devices[i]["primary_ip6"] = nil, nil
	}
	devices[4]["virtual_chassis"] = map[string]any{"id": 7, "name": "stack"}
	devices[5]["virtual_chassis"] = map[string]any{"id": 8, "name": "other"}
	devices[6] = nil
	devices[7]["platform"] = nil
	server := newNetBox(t, devices)
	for _, test := range []struct {
		family int
		want   []string
	}{
		{0, []string{"sw-00000 10.0.0.0 cisco_ios", "sw-00001 2001:db8::1 cisco_ios", "stack 10.0.0.3 cisco_ios", "sw-00005  cisco_ios", "sw-00007 10.0.0.7 "}},
		{6, []string{"sw-00000 2001:db8::0 cisco_ios", "sw-00001 2001:db8::1 cisco_ios", "stack 2001:db8::3 cisco_ios", "sw-00005  cisco_ios", "sw-00007 2001:db8::7 "}},
	} {
		s := NetBox{URL: server.URL, Family: test.family, Client: plainClient(t, "Authorization", "Token 0123")}
		documents, err := s.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		targets, problems, err := s.Parse(documents)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, target := range targets {
			got = append(got, target.Name+" "+target.Labels["__address__"]+" "+target.Labels["platform"])
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("family %d (-want +got):\n%s", test.family, diff)
		}
		if len(problems) != 2 || !strings.HasSuffix(problems[0], "/[2]: a device has no name; name it in NetBox, or leave it out with filter") || !strings.Contains(problems[1], "/[6]: ") {
			t.Errorf("problems %q", problems)
		}
	}
}

// Whatever a server does wrong is an error of one line that names its address, and never a part of the list.
func TestNetBoxFails(t *testing.T) {
	second := func(answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool { // on the second page
		return func(w http.ResponseWriter, r *http.Request) bool {
			if start := r.URL.Query().Get("start"); start == "" || start == "0" {
				return false
			}
			answer(w, r)
			return true
		}
	}
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(text)) }
	}
	other := httptest.NewServer(say(`{"next": null, "results": []}`))
	defer other.Close()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"HTML":            {say("<!doctype html>"), "this is a page in HTML; want a page of devices in JSON"},
		"401":             {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", http.StatusUnauthorized) }, "it answers 401 Unauthorized; check the token"},
		"500":             {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "", 500) }, "it answers 500"},
		"an empty answer": {say(""), "it is empty"},
		"no page":         {say(`{"detail": "x"}`), "it has no next"},
		"no results":      {say(`{"next": null}`), "want a page with results in JSON"},
		"half a page":     {say(`{"next": null, "results": [{"id": 1}`), "want a page with results in JSON"},
		"a cut connection": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte(`{"next"`))
		}, "read the answer: unexpected EOF"},
		"next elsewhere": {say(`{"next": "http://netbox.invalid/api/?start=5", "results": []}`), "the next page is on another host, netbox.invalid"},
		"next is this one": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"next": %q, "results": []}`, r.URL.String())
		}, "page 2 leads back to an earlier one"},
		"a redirect":         {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) }, "it redirects to " + other.URL + ", which is not followed"},
		"redirects for ever": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }, "it redirects in a circle"},
		"pages for ever": {func(w http.ResponseWriter, r *http.Request) {
			start, _ := strconv.Atoi(r.URL.Query().Get("start"))
			fmt.Fprintf(w, `{"next": "%s?start=%d", "results": []}`, r.URL.Path, start+1)
		}, "there are more than 2000 pages"},
	} {
		server := newNetBox(t, netBoxDevices(1001))
		server.wrong = second(test.answer)
		lines, _, err := read(NetBox{URL: server.URL, Client: plainClient(t, "Authorization", "Token 0123")}, "")
		if err == nil || !strings.HasPrefix(err.Error(), server.URL+"/api/dcim/devices/: ") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want %s", name, err, test.want)
		}
		if len(lines) > 0 {
			t.Errorf("%s: a part of the list came out", name)
		}
	}
	server := newNetBox(t, nil)
	s := NetBox{URL: server.URL, Client: plainClient(t, "Authorization", "Token hunter2")}
	if _, _, err := read(s, ""); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("with another token: %v", err)
	}
	server.Close()
	if _, _, err := read(s, ""); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("without a server: %v", err)
	}
}

// The filter and the fields stand in the query, and a filter that orders the devices is not asked for by cursor.
func TestNetBoxQuery(t *testing.T) {
	server := newNetBox(t, nil)
	var queries []string
	server.wrong = func(w http.ResponseWriter, r *http.Request) bool {
		query := r.URL.Query()
		query.Del("fields")
		queries = append(queries, query.Encode())
		return false
	}
	client := plainClient(t, "Authorization", "Token 0123")
	for _, filter := range []map[string][]string{{"site": {"ams", "fra"}}, {"ordering": {"name"}}} {
		if _, _, err := read(NetBox{URL: server.URL, Filter: filter, Client: client}, ""); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"exclude=config_context&limit=1000&site=ams&site=fra&start=0", "exclude=config_context&limit=1000&ordering=name"}
	if diff := cmp.Diff(want, queries); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	if got := NetBoxToken("nbt_a.b"); got != "Bearer nbt_a.b" {
		t.Errorf("a token of the newer kind is sent as %q", got)
	}
}
