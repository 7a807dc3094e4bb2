package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestReads sends each endpoint what it does not read: it says so, unless nothing may depend on it.
func TestReads(t *testing.T) {
	h := newAPI(t)
	for target, want := range map[string]string{
		"/probe?target=lab-1&module=x":          `400 unknown parameter "module" (known here: target)`,
		"/probe?target=lab-1&target=lab-2":      `400 target is given 2 times; once is enough`,
		"/probe?target=lab-1&a;b":               `400 the parameters cannot be read: `,
		"/api/v1/devices?plattform=x":           `400 {"status":400,"error":"unknown parameter \"plattform\" (did you mean platform?)"}`,
		"/api/v1/devices?platform=cisco_iso":    `400 {"status":400,"error":"platform=\"cisco_iso\": there is no such platform (did you mean cisco_ios?)"}`,
		"/api/v1/devices/lab-1?format=text":     `400 {"status":400,"error":"unknown parameter \"format\""}`,
		"/api/v1/versions?platform=x":           `400 {"status":400,`,
		"/api/v1/status?x=1":                    `400 {"status":400,`,
		"/api/v1/targets?prot=1":                `400 {"status":400,"error":"unknown parameter \"prot\" (did you mean port?)"}`,
		"/api/v1/targets?port=1&port=2":         `400 {"status":400,"error":"port is given 2 times; once is enough"}`,
		"/api/v1/targets?port=":                 `200 [`,
		"/api/v1/openapi.yaml?x=1":              `400 {"status":400,`,
		"/api/v1/openapi.yaml?x=1&a;b":          `400 {"status":400,"error":"the parameters cannot be read: `,
		"/devices/lab-1?colour=red&format=text": `200 lab-1: `,
		"/metrics?x=1":                          `200 `,
		"/-/healthy?x=1":                        `200 netver_exporter is healthy.`,
		"/-/ready?x=1":                          `200 netver_exporter is ready.`,
	} {
		w := request(h, http.MethodGet, target, nil)
		if got := fmt.Sprintf("%d %s", w.Code, w.Body); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %.200s\nwant %s", target, got, want)
		}
	}
}

// TestNote asks for a value that no device has now, which is no error.
func TestNote(t *testing.T) {
	w := request(newAPI(t), http.MethodGet, "/api/v1/devices?label.site=%C3%B6slo", nil)
	if got, want := w.Header().Get("X-Note"), `label.site="\u00f6slo": no device has it (known here: oslo)`; w.Code != http.StatusOK || got != want {
		t.Errorf("%d, X-Note %s, want %s", w.Code, got, want)
	}
	if got := strings.TrimSpace(w.Body.String()); got != "[]" {
		t.Errorf("the list is %s", got)
	}
	if w := request(newAPI(t), http.MethodGet, "/api/v1/devices?state=pending&q=lab-1", nil); w.Header().Get("X-Note") != "" {
		t.Errorf("X-Note: %s", w.Header().Get("X-Note"))
	}
}
