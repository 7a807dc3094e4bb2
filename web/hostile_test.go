package web

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/netver/netver_exporter/poll"
)

// oddNames and oddValues are parameters that no link of ours has.
var (
	oddNames = []string{
		"q", "state", "verdict", "platform", "version", "group", "reason", "credential", "changed", "sort", "limit", "cursor", "page", "format", "port", "target", "poll",
		"label.site", "label.", "label.\x00", "name[]", "\x00", "", strings.Repeat("a", 2000),
	}
	oddValues = []string{
		"", "\x00", "\xff\xfe", "\xc3(", strings.Repeat("a", 2000), strings.Repeat("*", 1000), strings.Repeat("a*", 500) + "b", "-1", "0", "1e9", "9223372036854775807", "99999999999999999999",
		"../../etc/passwd", "\r\nX-Evil: 1", "<script>alert(1)</script>", "null", "\"", "{}", "%", "a;b", "--device", "label.", "-", "\u202e", strings.Repeat("x=y ", 30),
		base64.RawURLEncoding.EncodeToString([]byte("0\n9223372036854775807\nlab-1")), base64.RawURLEncoding.EncodeToString([]byte("0\n-1\n")),
	}
)

// TestOddRequests sends odd parameters to everything that answers GET. Each gets a short answer that is no fault of ours.
func TestOddRequests(t *testing.T) {
	h := newAPI(t)
	targets := []string{"/", "/versions", "/devices/lab-1", "/devices/nobody", "/devices/%00", "/devices/lab%203%2Fcore", "/assets/x.css", "/nothing", "/api/v1/nothing"}
	for _, e := range endpoints {
		targets = append(targets, strings.ReplaceAll(path(e.pattern), "{name}", "lab-1"))
	}
	for _, target := range targets {
		usual := request(h, http.MethodGet, target, nil).Body.Len()
		for i, name := range oddNames {
			for j, value := range oddValues {
				if reads := target == "/" || target == "/api/v1/devices"; !reads && (i+j)%5 > 0 { // others have few parameters
					continue
				}
				query := []string{
					url.Values{name: {value}}.Encode(), url.Values{name: {value, value}}.Encode() + "&limit=9223372036854775807", name + "=" + value,
				}[(i+j)%3]
				r := httptest.NewRequest(http.MethodGet, target, nil)
				r.URL.RawQuery = query
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code >= 500 || w.Code < 200 {
					t.Errorf("%s?%.100q: %d %.200s", target, query, w.Code, w.Body)
				}
				if n := w.Body.Len(); n > usual+80_000 {
					t.Errorf("%s?%.100q: %d bytes, %d without it", target, query, n, usual)
				}
				if strings.Contains(w.Body.String(), "<script>alert") && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || w.Header().Get("X-Evil") != "" {
					t.Errorf("%s?%.100q: what was sent is in the answer as it was: %.200s", target, query, w.Body)
				}
			}
		}
	}
}

// TestTags asks again with every form of a tag, of everything that has one.
func TestTags(t *testing.T) {
	h := newAPI(t)
	targets := []string{"/", "/versions", "/devices/lab-1", "/?format=text"}
	for _, e := range endpoints {
		if strings.HasPrefix(path(e.pattern), "/api/") {
			targets = append(targets, strings.ReplaceAll(path(e.pattern), "{name}", "lab-1"))
		}
	}
	for _, target := range targets {
		tag := request(h, http.MethodGet, target, nil).Header().Get("ETag")
		for given, want := range map[string]int{
			tag:                              http.StatusNotModified,
			strings.TrimPrefix(tag, "W/"):    http.StatusNotModified,
			"*":                              http.StatusNotModified,
			`"other", ` + tag:                http.StatusNotModified,
			`W/"other",` + tag + `,"x"`:      http.StatusNotModified,
			`"other"` + "\n" + tag:           http.StatusNotModified, // in a second line
			"x" + tag + "x":                  http.StatusOK,
			tag[:len(tag)-2]:                 http.StatusOK,
			strings.ReplaceAll(tag, `"`, ""): http.StatusOK,
			strings.Repeat(`"`, 5000):        http.StatusOK,
			strings.Repeat(`"x",`, 5000):     http.StatusOK,
			"":                               http.StatusOK,
		} {
			w := request(h, http.MethodGet, target, http.Header{"If-None-Match": strings.Split(given, "\n")})
			if w.Code != want || want == http.StatusNotModified && w.Body.Len() > 0 {
				t.Errorf("%s with If-None-Match: %.60s: %d with %d bytes, want %d", target, given, w.Code, w.Body.Len(), want)
			}
		}
	}
}

// TestMethods asks with methods that do not fit.
func TestMethods(t *testing.T) {
	h := newAPI(t)
	for _, e := range endpoints {
		target := strings.ReplaceAll(path(e.pattern), "{name}", "lab-1")
		for _, method := range []string{http.MethodOptions, http.MethodDelete, http.MethodTrace, http.MethodPatch, "FOO"} {
			if w := request(h, method, target, nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
				t.Errorf("%s %s: %d, Allow: %s", method, target, w.Code, w.Header().Get("Allow"))
			}
		}
	}
}

// TestManyPolls has more polls asked for at once than there are places.
func TestManyPolls(t *testing.T) {
	began, end := make(chan struct{}), make(chan struct{})
	c := newConfig()
	c.Poll = func(context.Context, string) (*poll.Status, bool) {
		began <- struct{}{}
		<-end
		return fewDevices{}.Snapshot().Devices[0], true
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var polls sync.WaitGroup
	codes := make(chan int, maxPolls)
	for range maxPolls {
		polls.Go(func() { codes <- request(h, http.MethodPost, "/devices/lab-1/poll", nil).Code })
		<-began
	}
	if w := request(h, http.MethodPost, "/devices/lab-1/poll", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("one more: %d %s", w.Code, w.Body)
	}
	if w := request(h, http.MethodGet, "/devices/lab-1", nil); w.Code != http.StatusOK {
		t.Errorf("the page meanwhile: %d", w.Code)
	}
	close(end)
	polls.Wait()
	close(codes)
	for code := range codes {
		if code != http.StatusSeeOther {
			t.Errorf("a poll that was asked for: %d", code)
		}
	}
}
