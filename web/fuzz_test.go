package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzHandler sends what a client may send. There is an answer to everything, with its headers; a fault is never ours; JSON is JSON; and
// only POST and PUT from nowhere else reload.
func FuzzHandler(f *testing.F) {
	for _, e := range endpoints {
		f.Add("GET", strings.ReplaceAll(path(e.pattern), "{name}", "lab-1"), "", "text/plain", "gzip", "10", "")
	}
	f.Add("POST", "/-/reload", "", "", "", "", "http://evil.example")
	f.Add("HEAD", "/probe", "target=lab-1", "application/openmetrics-text", "zstd", "-1", "null")
	f.Add("GET", "/metrics", "name[]=netver_device_up&name[]=%ff", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "br;q=x, *", "1e309", "")
	f.Add("GET", "/api/v1/devices", "q=x&state=up&label.site=oslo&sort=-version&limit=10&cursor=%00", "", "", "", "")
	f.Add("GET", "/api/v1/devices", "limit=9223372036854775807&cursor=MAoxCmxhYi0x", "", "", "", "")
	f.Add("GET", "/api/v1/devices/../devices//%2e%2e", "port=99999", "*/*", "identity;q=0", "NaN", "")
	f.Fuzz(func(t *testing.T, method, path, query, accept, encoding, timeout, origin string) {
		c := newConfig()
		c.Lifecycle = true
		reloaded := false
		c.Reload = func() error { reloaded = true; return nil }
		h, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(method, "http://exporter:9733/", http.NoBody)
		if err != nil {
			return // is no method
		}
		r.URL = &url.URL{Scheme: "http", Host: "exporter:9733", Path: "/" + strings.TrimPrefix(path, "/"), RawQuery: query}
		r.RequestURI = r.URL.RequestURI()
		for name, value := range map[string]string{"Accept": accept, "Accept-Encoding": encoding, scrapeTimeoutHeader: timeout, "Origin": origin} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable || w.Code < 200 {
			t.Errorf("%s %s: status %d: %s", method, r.RequestURI, w.Code, w.Body)
		}
		for _, s := range securityHeaders {
			if w.Header().Get(s.name) != s.value {
				t.Errorf("%s %s: %s is %q", method, r.RequestURI, s.name, w.Header().Get(s.name))
			}
		}
		body := w.Body.Bytes()
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && method != http.MethodHead && w.Header().Get("Content-Encoding") == "" {
			if list := json.NewDecoder(bytes.NewReader(body)); list.Decode(new(any)) != nil || list.Decode(new(any)) != io.EOF {
				t.Errorf("%s %s: not JSON:\n%s", method, r.RequestURI, body)
			}
		}
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && bytes.Contains(body, []byte("<script>")) {
			t.Errorf("%s %s: the page holds a script of its own:\n%s", method, r.RequestURI, body)
		}
		if reloaded && (method != http.MethodPost && method != http.MethodPut || r.URL.Path != "/-/reload" || origin != "" && origin != "http://exporter:9733" && !strings.HasSuffix(origin, "://exporter:9733")) {
			t.Errorf("%s %s with origin %q reloads", method, r.RequestURI, origin)
		}
	})
}
