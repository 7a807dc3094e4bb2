package inventory

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNautobot(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("depth") != "1" {
			http.Error(w, "urls only", http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"count": 2, "next": null, "results": [{"id": "0-1", "name": "sw1", "status": {"name": "Active"}, "location": {"name": "Ams"},
			"platform": {"name": "IOS", "network_driver": "cisco_ios"}, "primary_ip4": {"address": "192.0.2.1/24"}, "device_type": {"model": "C9300"}},
			{"id": "0-2", "name": ""}]}`)
	}))
	defer server.Close()
	lines, problems, err := read(Nautobot{URL: server.URL, Client: plainClient(t, "Authorization", "Token x")}, "")
	want := []string{server.URL + "/api/dcim/devices/[0] sw1 __address__=192.0.2.1 __meta_nautobot_device_type=C9300 __meta_nautobot_id=0-1 __meta_nautobot_location=Ams __meta_nautobot_name=sw1 " +
		"__meta_nautobot_network_driver=cisco_ios __meta_nautobot_platform=IOS __meta_nautobot_primary_ip4=192.0.2.1 __meta_nautobot_status=Active platform=cisco_ios"}
	if diff := cmp.Diff(want, lines); diff != "" || err != nil || len(problems) != 1 {
		t.Errorf("%v, %q (-want +got):\n%s", err, problems, diff)
	}
}

func TestOxidized(t *testing.T) {
	const librenms = `[{"hostname": "sw1", "os": "ios", "ip": "192.0.2.1", "group": "a"}, {"hostname": "sw2", "os": "junos"}, {"os": "x"}]`
	for _, test := range []struct {
		source Oxidized
		answer string
		want   []string
	}{
		{Oxidized{}, librenms, []string{"sw1 192.0.2.1 ios", "sw2 sw2 junos"}},
		{Oxidized{}, `[{"name": "sw1", "model": "ios"}]`, []string{"sw1 sw1 ios"}},
		{Oxidized{Location: "data.nodes", Map: map[string]string{"name": "id", "model": "type"}}, `{"data": {"nodes": [{"id": 7, "type": "ios", "model": "x"}]}}`, []string{"7 7 ios"}},
		{Oxidized{Location: "nodes"}, librenms, nil},
		{Oxidized{}, `{"status": "error"}`, nil},
		{Oxidized{}, "<html>", nil},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Auth-Token") != "0123" {
				http.Error(w, "", http.StatusUnauthorized)
			}
			fmt.Fprint(w, test.answer)
		}))
		s := test.source
		s.URL, s.Client = server.URL, plainClient(t, "X-Auth-Token", "0123")
		documents, err := s.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		targets, _, err := s.Parse(documents)
		if (err != nil) != (test.want == nil) || err != nil && !strings.HasPrefix(err.Error(), server.URL+": ") {
			t.Errorf("%s: %v", test.answer, err)
		}
		var got []string
		for _, target := range targets {
			got = append(got, target.Name+" "+target.Labels["__address__"]+" "+target.Labels["platform"])
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.answer, diff)
		}
		server.Close()
	}
}

func TestHTTPSD(t *testing.T) {
	var header http.Header
	kind, answer := "application/json; charset=utf-8", `[{"targets": ["sw1"], "labels": {"site": "a"}}]`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, answer)
	}))
	defer server.Close()
	s := HTTPSD{URL: server.URL + "/sd?key=hunter2", Client: plainClient(t, "X-Prometheus-Refresh-Interval-Seconds", "60")}
	lines, _, err := read(s, "")
	if diff := cmp.Diff([]string{server.URL + "/sd[0] sw1 __address__=sw1 site=a"}, lines); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for name, want := range map[string]string{"Accept": "application/json", "User-Agent": "netver_exporter/test", "X-Prometheus-Refresh-Interval-Seconds": "60"} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	kind = "text/html"
	if _, _, err := read(s, ""); err == nil || !strings.Contains(err.Error(), `Content-Type is "text/html"`) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("HTML: %v", err)
	}
	kind, answer = "application/json", strings.Repeat(" ", maxDocument+1)
	if _, _, err := read(s, ""); err == nil || !strings.Contains(err.Error(), "larger than 157286400 bytes") {
		t.Errorf("an endless answer: %v", err)
	}
}

// TestAnswersOfOtherShape wants what is wrong with an answer in words that know no types of Go.
func TestAnswersOfOtherShape(t *testing.T) {
	for _, test := range []struct {
		source Source
		answer string
		want   string
	}{
		{Oxidized{}, `{"nodes": []}`, "x: want a list of nodes in JSON, not the object at the top"},
		{NetBox{}, `{"next": null, "results": 7}`, "x: want a page with results in JSON, not the number at results"},
		{HTTPSD{}, `["sw-1"]`, "x:1: want keys with a value each, not the string that is there"},
	} {
		_, _, err := test.source.Parse([]Document{{Name: "x", Text: []byte(test.answer)}})
		if err == nil || err.Error() != test.want {
			t.Errorf("%T, %s: error %v, want %s", test.source, test.answer, err, test.want)
		}
	}
}
