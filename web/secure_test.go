package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/netver/netver_exporter/poll"
)

// TestSecurityHeaders looks at every endpoint and at errors of each kind.
func TestSecurityHeaders(t *testing.T) {
	h, err := New(newConfig())
	if err != nil {
		t.Fatal(err)
	}
	urls := []string{"/", "/versions", "/nothing", "/api/v1/devices/nobody", "/probe", "/-/reload"}
	for _, e := range endpoints {
		urls = append(urls, strings.ReplaceAll(path(e.pattern), "{name}", "lab-1"))
	}
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
		for _, url := range urls {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, url, nil))
			for _, s := range securityHeaders {
				if got := w.Header()[s.name]; len(got) != 1 || got[0] != s.value {
					t.Errorf("%s %s: %s is %q", method, url, s.name, got)
				}
			}
		}
	}
}

// A header that --web.config.file sets is there before the handler runs, and stays.
func TestSecurityHeadersOfTheOperatorStay(t *testing.T) {
	const policy = "default-src 'self'; frame-ancestors https://wall.example"
	w := httptest.NewRecorder()
	w.Header().Set("Content-Security-Policy", policy)
	secure(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got := w.Header()["Content-Security-Policy"]; len(got) != 1 || got[0] != policy {
		t.Errorf("policy %q", got)
	}
}

// TestPostFromAnotherSite tells who may reload.
func TestPostFromAnotherSite(t *testing.T) {
	for _, tt := range []struct {
		name, method, site, origin string
		reloads                    bool
	}{
		{"curl", "POST", "", "", true},
		{"curl with PUT", "PUT", "", "", true},
		{"a page of ours", "POST", "same-origin", "http://exporter:9733", true},
		{"a page of ours, old browser", "POST", "", "http://exporter:9733", true},
		{"a page of ours behind a proxy with TLS", "POST", "same-origin", "https://exporter:9733", true},
		{"another site", "POST", "cross-site", "http://evil.example", false},
		{"another site with PUT", "PUT", "cross-site", "http://evil.example", false},
		{"another host of the same site", "POST", "same-site", "http://other:9733", false},
		{"another site, old browser", "POST", "", "http://evil.example", false},
		{"another port", "POST", "", "http://exporter:9734", false},
		{"a file or a sandbox", "POST", "", "null", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newConfig()
			c.Lifecycle = true
			reloads := false
			c.Reload = func() error { reloads = true; return nil }
			h, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(tt.method, "http://exporter:9733/-/reload", nil)
			if tt.site != "" {
				r.Header.Set("Sec-Fetch-Site", tt.site)
			}
			if tt.origin != "" {
				r.Header.Set("Origin", tt.origin)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if reloads != tt.reloads || (w.Code == http.StatusOK) != tt.reloads || (w.Code == http.StatusForbidden) == tt.reloads {
				t.Errorf("status %d, reloaded: %v", w.Code, reloads)
			}
		})
	}
}

// path cuts the method off a pattern of http.ServeMux.
func path(pattern string) string { return pattern[strings.IndexByte(pattern, '/'):] }

// The button on a device's page polls for our own page, and for no other.
func TestPollFromAnotherSite(t *testing.T) {
	for origin, want := range map[string]bool{"http://exporter:9733": true, "": true, "http://evil.example": false, "null": false} {
		c := newConfig()
		polled := false
		known := c.Poll
		c.Poll = func(ctx context.Context, name string) (*poll.Status, bool) {
			polled = true
			return known(ctx, name)
		}
		h, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "http://exporter:9733/devices/lab-1/poll", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if polled != want || (w.Code == http.StatusForbidden) == want {
			t.Errorf("origin %q: polled %v, status %d", origin, polled, w.Code)
		}
	}
}
